"""Shutdown, signals, files and logs of a running service."""
