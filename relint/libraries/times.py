"""How columns that hold times are named."""

from __future__ import annotations

import re

TIME_COLUMN = re.compile(
    r"(?:^|_)(?:at|on|date|time|timestamp|ts|datetime|created|updated|modified|changed|deleted|expires?|expiry|expired|"
    r"expiration|accessed|seen|login|since|until|when|day|inserted|finished|completed|started|ended|received|sent)(?:$|_)"
    r"|(?:date|time|timestamp)$",
    re.IGNORECASE,
)
"""Names of columns by whose age rows are cleaned up."""
