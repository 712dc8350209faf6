"""Names under which Django's models hold their managers.

https://docs.djangoproject.com/en/stable/topics/db/managers/
"""

MANAGERS: frozenset[str] = frozenset({"objects", "_default_manager", "_base_manager"})
"""Those that Django gives every model."""

MANAGERS_BY_HABIT: frozenset[str] = MANAGERS | {"all_objects"}
"""And what projects call the one that leaves out nothing."""
