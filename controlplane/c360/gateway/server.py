"""Run the gateway until somebody says stop; what is in flight then is still answered."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

import structlog
import uvicorn

from c360.domain.errors import OperationsRefused
from c360.gateway.app import create_app
from c360.gateway.intake import Caller

if TYPE_CHECKING:
    from c360.settings import Settings

_SECONDS_TO_FINISH = 20

log = structlog.get_logger("c360.gateway")


class _Server(uvicorn.Server):
    """A server that leaves signals to the process around it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve_gateway(db: Caller, settings: Settings, stop: asyncio.Event) -> None:
    """Serve until `stop` is set. Returns after the last answer; raises OperationsRefused U9013 for a taken port."""
    listening = _listen(settings.gateway_host, settings.gateway_port)
    config = uvicorn.Config(
        create_app(db, settings),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
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


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=1024
        )
    except OSError as error:
        raise OperationsRefused(
            f"the gateway cannot listen on {host}, port {port}",
            code="U9013",
            detail=error.strerror,
            hint="Choose another --port or --host, or stop what listens there.",
        ) from error
