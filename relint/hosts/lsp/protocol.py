"""pygls' protocol, which also answers a request that it cannot read: else the client would wait for ever."""

from __future__ import annotations

from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol


class Protocol(LanguageServerProtocol):
    """Answers malformed requests with an error."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Turn JSON into a message; what is none is answered if it can be, and raised."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            identity = data.get("id")
            if "method" in data and isinstance(identity, (str, int)):
                self._send_data(types.ResponseErrorMessage(id=identity, error=error.to_response_error()))
            raise
