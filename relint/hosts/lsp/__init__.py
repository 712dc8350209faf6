"""relint as a language server: `relint server`. Start with `server.py`; `session.py` holds what one client has open."""
