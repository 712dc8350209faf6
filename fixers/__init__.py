"""How relint repairs what its rules find: the same paths as under rules.

Installed and imported as `relint.fixers`.
"""

if __name__ == "fixers":
    raise ImportError("relint's fixers are imported as `relint.fixers`, not as `fixers`")
