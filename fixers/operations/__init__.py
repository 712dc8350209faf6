"""Fixers for relint.rules.operations."""
