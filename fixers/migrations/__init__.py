"""Fixers for relint.rules.migrations."""
