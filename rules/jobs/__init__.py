"""Background jobs: lost, doubled or endless work."""
