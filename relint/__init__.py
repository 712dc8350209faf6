"""relint finds code that works until the day something else fails, and rewrites it to the pattern that survives."""

__version__ = "0.1.0"
