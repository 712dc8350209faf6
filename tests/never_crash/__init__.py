"""What must hold for any input: no crash, no broken fix, nothing changed that no fix touched.

python -m tests.never_crash                          the standard library and what is installed
python -m tests.never_crash src/ --mutants 5         these files, and five mutants of each
"""
