"""Fixers for relint.rules.coordination."""
