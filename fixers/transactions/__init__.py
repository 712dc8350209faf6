"""Fixers for relint.rules.transactions."""
