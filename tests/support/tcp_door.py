"""The server of the tests at a port of this machine, for programs that know no sockets in the file system."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

from support.ports import free_port


@contextlib.contextmanager
def tcp_door(folder: str) -> Iterator[int]:
    """Carries connections to the server whose socket is in a folder, until the context ends; gives the port."""
    path = next(str(found) for found in Path(folder).glob(".s.PGSQL.*") if not found.name.endswith(".lock"))

    class Carrying(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.socket(socket.AF_UNIX) as inside:
                inside.connect(path)
                back = threading.Thread(target=_carry, args=(inside, self.request), daemon=True)
                back.start()
                _carry(self.request, inside)
                back.join()

    class Door(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Door(("127.0.0.1", free_port()), Carrying) as door:
        serving = threading.Thread(target=door.serve_forever, daemon=True)
        serving.start()
        try:
            yield int(door.server_address[1])
        finally:
            door.shutdown()
            serving.join()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while block := source.recv(1 << 16):
            target.sendall(block)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
