"""Clients that wait on a socket, of the standard library for the most part, and where their timeout goes.

Source: the signatures in the Python documentation (https://docs.python.org/3/library/smtplib.html and the pages of
ftplib, imaplib, poplib, http.client, socket); telnetlib and nntplib as of Python 3.12; imap_tools 1.16;
websocket-client 1.9, which has a default of its own, None until `websocket.setdefaulttimeout` is called. Unset, each
falls back to `socket.getdefaulttimeout()`, which is None: wait for ever.
"""

from __future__ import annotations

TIMEOUT_POSITION: dict[str, int | None] = {
    "smtplib.SMTP": 3,
    "smtplib.SMTP_SSL": None,  # position differs between versions (keyfile and certfile went away in 3.12)
    "smtplib.LMTP": 4,
    "ftplib.FTP": 4,
    "ftplib.FTP_TLS": None,
    "imaplib.IMAP4": 2,
    "imaplib.IMAP4_SSL": None,
    "poplib.POP3": 2,
    "poplib.POP3_SSL": None,
    "telnetlib.Telnet": 2,
    "nntplib.NNTP": 6,
    "nntplib.NNTP_SSL": None,
    "http.client.HTTPConnection": 2,
    "http.client.HTTPSConnection": None,
    "socket.create_connection": 1,
    "xmlrpc.client.ServerProxy": None,
    "imap_tools.MailBox": 2,
    "imap_tools.MailBoxUnencrypted": 2,
    "imap_tools.MailBoxStartTls": 2,
    "websocket.create_connection": 1,
}
"""Dotted callable -> position of `timeout` where that is the same on every supported Python."""

WITHOUT_PARAMETER: frozenset[str] = frozenset({"xmlrpc.client.ServerProxy"})
"""Callables without a `timeout`: it goes into a transport."""


ALIASES: dict[str, str] = {
    "six.moves.http_client.": "http.client.",
    "six.moves.xmlrpc_client.": "xmlrpc.client.",
    "eventlet.green.http.client.": "http.client.",
    "eventlet.green.socket.": "socket.",
}
"""Prefix of a dotted name -> the prefix that the tables know it by."""
