"""Questions that rules ask of a file, by topic: functions over `Context`."""
