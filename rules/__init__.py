"""What relint looks for: one module a rule, one folder a family.

Installed and imported as `relint.rules`.
"""

if __name__ == "rules":
    raise ImportError("relint's rules are imported as `relint.rules`, not as `rules`")
