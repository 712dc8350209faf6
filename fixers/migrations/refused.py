"""Why a fix is not written."""

from __future__ import annotations


class Refused(Exception):
    """Nothing trustworthy can be written; the message is the end of a sentence that says why."""
