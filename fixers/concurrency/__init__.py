"""Fixers for relint.rules.concurrency."""
