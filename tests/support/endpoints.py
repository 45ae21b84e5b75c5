"""Endpoints that answer whatever bytes a test wants, in threads, with or without TLS."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable

Answering = Callable[[socket.socket], None]


class Endpoint:
    """`with Endpoint(answering) as endpoint`: `answering(connection)` runs in a thread for each connection.

    `bytes_sent` counts what it got rid of with `pour`; `requests` holds the heads of what `take_request` read.
    """

    def __init__(
        self, answering: Answering | bytes, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
    ) -> None:
        self.connections = 0
        self.requests: list[bytes] = []
        self._answering = answering if callable(answering) else _fixed(self, answering)
        self._tls = tls
        self._listener = socket.create_server((host, 0), backlog=512)
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Endpoint:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # A thread that waits in accept() is only woken by a connection.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self._thread.join(10)

    def url(self, host: str = "127.0.0.1", path: str = "/hooks") -> str:
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def take_request(self, connection: socket.socket) -> bool:
        """Read one request whole; False at the end of the connection."""
        data = b""
        while b"\r\n\r\n" not in data:
            if not (some := connection.recv(65536)):
                return False
            data += some
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        while len(body) < length:
            if not (some := connection.recv(65536)):
                return False
            body += some
        self.requests.append(head)
        return True

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            self._answering(connection)
        with contextlib.suppress(OSError):
            connection.close()


def _fixed(endpoint: Endpoint, answer: bytes) -> Answering:
    def serve(connection: socket.socket) -> None:
        while endpoint.take_request(connection):
            connection.sendall(answer)

    return serve


def reset(connection: socket.socket) -> None:
    """End a connection as a crash does: with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    connection.close()
