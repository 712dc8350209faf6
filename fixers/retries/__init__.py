"""Fixers for relint.rules.retries."""
