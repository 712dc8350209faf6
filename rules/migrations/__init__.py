"""Schema changes that lock a table or break the release that is still running."""
