"""An HTTP proxy that opens tunnels, in threads, and tells what it was asked for."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading

from support.endpoints import Endpoint


class TunnelProxy(Endpoint):
    """`with TunnelProxy(password="user:password") as proxy`. All tunnels end at this machine, on the port asked for."""

    def __init__(
        self, *, password: str | None = None, refuses: dict[str, int] | None = None, says: bytes = b""
    ) -> None:
        super().__init__(self._serve_tunnel)
        self.asked: list[str] = []
        self._password = password
        self._refuses = refuses or {}
        self._says = says

    def address(self, user: str = "") -> str:
        return f"http://{user}127.0.0.1:{self.port}"

    def _serve_tunnel(self, connection: socket.socket) -> None:
        if not self.take_request(connection):
            return
        head = self.requests[-1].decode()
        target = head.split(" ")[1]
        self.asked.append(target)
        if self._says:
            connection.sendall(self._says)
            return
        if self._password and f"Basic {base64.b64encode(self._password.encode()).decode()}" not in head:
            connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        host, _, port = target.rpartition(":")
        if host in self._refuses:
            connection.sendall(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % self._refuses[host])
            return
        with socket.create_connection(("127.0.0.1", int(port))) as other:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\nVia: a test\r\n\r\n")
            back = threading.Thread(target=_carry, args=(other, connection), daemon=True)
            back.start()
            _carry(connection, other)
            back.join(10)


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
