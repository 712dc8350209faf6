"""Fixes in .sql files: one module a rule, as beside it for Python."""
