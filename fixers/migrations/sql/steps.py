"""The steps by which a NOT NULL column is added: what the suggestions of REL501 and REL502 have in common."""

from __future__ import annotations

from relint.model import Finding, Fix, Safety
from relint.queries.schema import AddedColumn


def three_files(finding: Finding) -> Fix:
    """The suggestion: three migrations in a row."""
    column = finding.data
    assert isinstance(column, AddedColumn)
    return Fix(
        f"Take three files: add `{column.name}` as a nullable column without a default; fill it in batches by primary "
        "key, outside a transaction; in a later release add CHECK (... IS NOT NULL) NOT VALID, VALIDATE it, SET NOT "
        "NULL and drop the CHECK",
        (),
        Safety.DISPLAY,
    )
