"""Database transactions: what is committed, rolled back, and published too early."""
