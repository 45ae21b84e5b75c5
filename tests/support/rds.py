"""A database that wants a token of IAM over TLS, as RDS does: in front of the server of the tests."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import trustme

_SSL_REQUEST, _GSS_REQUEST = 80877103, 80877104


@dataclass
class Rds:
    """Where it listens, and who logged in with what."""

    port: int = 0
    tokens: list[str] = field(default_factory=list)
    in_the_clear: int = 0

    def dsn(self, user: str, database: str, **more: str) -> str:
        query = "".join(f"&{name}={value}" for name, value in more.items())
        return f"postgresql://{user}@localhost:{self.port}/{database}?connect_timeout=10{query}"


@contextlib.contextmanager
def running_rds(folder: str) -> Iterator[Rds]:
    """In front of the server whose socket is in this folder."""
    rds = Rds()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        rds.port = listening.getsockname()[1]
        thread = threading.Thread(target=_accept, args=(listening, lambda one: _serve(one, rds, context, folder)))
        thread.start()
        try:
            yield rds
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def _accept(listening: socket.socket, serve: Callable[[socket.socket], None]) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=serve, args=(connection,), daemon=True).start()


def _serve(plain: socket.socket, rds: Rds, context: ssl.SSLContext, folder: str) -> None:
    with contextlib.suppress(OSError), plain:
        while True:
            length, code = struct.unpack("!II", _exactly(plain, 8))
            if code == _SSL_REQUEST:
                plain.sendall(b"S")
                break
            if code != _GSS_REQUEST:
                rds.in_the_clear += 1
                plain.sendall(_error("no encryption"))
                return
            plain.sendall(b"N")
        with context.wrap_socket(plain, server_side=True) as client:
            (length,) = struct.unpack("!I", _exactly(client, 4))
            startup = _exactly(client, length - 4)
            client.sendall(b"R" + struct.pack("!II", 8, 3))
            _exactly(client, 1)
            (length,) = struct.unpack("!I", _exactly(client, 4))
            token = _exactly(client, length - 4).rstrip(b"\0").decode()
            rds.tokens.append(token)
            if not _is_good(token, rds.port, startup):
                client.sendall(_error("PAM authentication failed"))
                return
            with socket.socket(socket.AF_UNIX) as server:
                server.connect(f"{folder}/.s.PGSQL.5432")
                server.sendall(struct.pack("!I", len(startup) + 4) + startup)
                back = threading.Thread(target=_copy, args=(server, client), daemon=True)
                back.start()
                _copy(client, server)
                back.join()


def _is_good(token: str, port: int, startup: bytes) -> bool:
    """Whether it is one for this host and this user, signed for the service and region."""
    words = startup[4:].split(b"\0")
    user = words[words.index(b"user") + 1].decode()
    url = urlsplit(f"https://{token}")
    said = {name: values[0] for name, values in parse_qs(url.query).items()}
    return (
        url.netloc == f"localhost:{port}"
        and said.get("Action") == "connect"
        and said.get("DBUser") == user
        and said.get("X-Amz-Credential", "").endswith("/eu-west-1/rds-db/aws4_request")
        and said.get("X-Amz-Expires") == "900"
        and len(said.get("X-Amz-Signature", "")) == 64
    )


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for one in (source, target):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


def _exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise OSError("gone")
        data += more
    return data


def _error(message: str) -> bytes:
    body = b"SFATAL\0VFATAL\0C28P01\0M" + message.encode() + b"\0\0"
    return b"E" + struct.pack("!I", len(body) + 4) + body
