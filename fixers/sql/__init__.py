"""Fixers for relint.rules.sql."""
