"""Locks, leases and caches shared between processes."""
