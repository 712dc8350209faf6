"""How the classes of an ORM are written, told from their text.

Sources: https://docs.djangoproject.com/en/stable/topics/db/models/, https://docs.sqlalchemy.org/en/20/orm/mapping_styles.html,
https://sqlmodel.tiangolo.com/tutorial/create-db-and-table/.
"""

from __future__ import annotations

import re

MODEL = re.compile(
    r"models\.\w*(?:Field|ForeignKey)\(|\bForeignKey\(|\b__tablename__\b|\b(?:mapped_column|Column)\(|\btable=True"
)
"""What only the class of a table holds: fields of Django, columns of SQLAlchemy."""

UNIQUE = re.compile(r"\bunique(?:_together|_for_\w+)? ?=(?! ?(?:False|None))|UniqueConstraint|OneToOneField")
"""What keeps a second row of the same content out."""

PRIMARY_KEY = re.compile(r"(?:^|\n)\s*(\w+)(?: ?:[^=\n]*)? = [^\n]*primary_key=True")
"""Columns that are keys; a row whose key is given by the client cannot be there twice."""
