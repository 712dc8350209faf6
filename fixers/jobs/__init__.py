"""Fixers for relint.rules.jobs."""
