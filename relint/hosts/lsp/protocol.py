"""pygls' protocol, mended: a request that cannot be read is answered, and what is done is forgotten."""

from __future__ import annotations

import asyncio
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol


class Protocol(LanguageServerProtocol):
    """Answers malformed requests with an error, else the client would wait for ever, and keeps no finished handlers."""

    def _execute_handler(self, msg_id: str | int, *args: Any, **kwargs: Any) -> None:
        """Run a handler. pygls 2.1 keeps the future of every notification, two kilobytes for each keystroke."""
        super()._execute_handler(msg_id, *args, **kwargs)
        future = self._request_futures.get(msg_id)
        if future is not None:
            loop = asyncio.get_running_loop()
            future.add_done_callback(lambda _: loop.call_soon(self._request_futures.pop, msg_id, None))

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Turn JSON into a message; what is none is answered if it can be, and raised."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            identity = data.get("id")
            if "method" in data and isinstance(identity, (str, int)):
                self._send_data(types.ResponseErrorMessage(id=identity, error=error.to_response_error()))
            raise
