"""Retries: no jitter, no limit, the wrong exceptions."""
