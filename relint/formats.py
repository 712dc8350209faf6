"""The names of the output formats. The modules that make them are loaded when they are wanted."""

FOR_PEOPLE = ("full", "concise", "grouped", "pylint")
FOR_MACHINES = ("json", "json-lines", "github", "gitlab", "azure", "junit", "rdjson", "sarif", "markdown")
WITH_STATES = ("sarif",)
"""Formats that also carry findings which a baseline or a comment accepts, marked so."""
FORMATS = (*FOR_PEOPLE, *FOR_MACHINES)
"""Formats for people end in a summary; the others are whole documents."""

STDIN = "-"
