"""Serve one gateway in this process until somebody says stop; what is in flight then is still answered."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

import structlog
import uvicorn

from c360.domain.errors import OperationsRefused
from c360.gateway.app import create_app
from c360.gateway.intake import Caller
from c360.gateway.pace import Paces
from c360.gateway.protocol import Limits, bounded_protocol

if TYPE_CHECKING:
    from c360.settings import Settings

_SECONDS_TO_FINISH = 20
_BACKLOG = 1024
# Open files beside the connections of clients: those to the database and to receivers of webhooks, logs.
_OTHER_FILES = 256
_MOST_UNREAD = 64 * 1024

log = structlog.get_logger("c360.gateway")


class _Server(uvicorn.Server):
    """A server that leaves signals to the process around it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(db: Caller, settings: Settings, stop: asyncio.Event, *, listening: socket.socket, paces: Paces) -> None:
    """Serve on a socket until `stop` is set. Returns after the last answer."""
    config = uvicorn.Config(
        create_app(db, settings, paces=paces),
        http=bounded_protocol(_limits(settings)),
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,  # nobody asks for the address of a client
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
    )
    server = _Server(config)
    log.info("gateway listens", host=settings.gateway_host, port=listening.getsockname()[1])
    serving = asyncio.create_task(server.serve(sockets=[listening]), name="c360 gateway")
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        server.should_exit = True
        await serving
        log.info("gateway stopped")


def _limits(settings: Settings) -> Limits:
    """The limits of the settings, where the system gives as many open files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings.gateway_max_connections + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        if soft < wanted:
            log.warning("fewer connections than set: too few open files are allowed", connections=soft - _OTHER_FILES)
    most = wanted if soft == resource.RLIM_INFINITY else min(wanted, soft)
    return Limits(
        head_seconds=settings.gateway_head_seconds,
        body_seconds=settings.gateway_body_seconds,
        head_bytes=settings.gateway_head_kb * 1024,
        connections=max(1, most - _OTHER_FILES),
        connections_per_address=settings.gateway_max_connections_per_address,
    )


def bound(host: str, port: int, *, is_shared: bool = False, listens: bool = True) -> socket.socket:
    """A socket on an address, which other sockets may share where all of them say so.

    Raises OperationsRefused U9013 when the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Its connections inherit this: what a client sends before anybody wants it.
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _MOST_UNREAD)
        if is_shared:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            found.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        found.bind((host, port))
        if listens:
            found.listen(_BACKLOG)
    except OSError as error:
        found.close()
        raise OperationsRefused(
            f"the gateway cannot listen on {host}, port {port}",
            code="U9013",
            detail=error.strerror,
            hint="Choose another --port or --host, or stop what listens there.",
        ) from error
    return found
