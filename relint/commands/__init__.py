"""What the commands besides `check` do, one module each."""
