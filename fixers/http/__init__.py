"""Fixers for relint.rules.http."""
