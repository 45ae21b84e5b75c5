"""`c360 up --detach` and `--stop`: the daemon without a terminal.

The process forks before anything has begun: one of the two becomes the daemon, with its output in a log file, the other
waits until the gateway says that it is ready.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import sys
import time
from dataclasses import asdict
from pathlib import Path

import psycopg
import typer

from c360.adapters import tokens
from c360.domain.errors import OperationsRefused
from c360.running import find_up, refuse_second, stop_up
from c360.settings import Settings
from c360_cli.output import print_json, say, working

LOG = "c360.log"
# A first start makes a cluster and installs; a start after a crash reads what was not written yet.
_START_SECONDS = 300.0
_STOP_SECONDS = 120.0
_POLL = 0.1
_LAST_BYTES = 2000


def log_of(settings: Settings) -> Path:
    """Where the daemon writes what it would say to a terminal."""
    return settings.data_dir.expanduser().absolute() / LOG


def check_port(settings: Settings) -> None:
    """Raises OperationsRefused U9013 when the gateway cannot listen where it shall."""
    from c360.gateway.server import bound  # here, because a process that loads a gateway shows its figures

    with bound(settings.gateway_host, settings.gateway_port):
        pass


def detach(settings: Settings, as_json: bool) -> None:
    """Comes back in the process that is to be the daemon; the other one ends here when that is ready.

    Raises OperationsRefused: U9016 when one runs already, U9013 for a taken port, U9018 when it ends or is not ready.
    """
    refuse_second(settings.data_dir)
    check_port(settings)
    if settings.conninfo is not None:
        # Said here, because the daemon waits for a database that is started after it.
        psycopg.connect(tokens.ready(settings.conninfo), connect_timeout=10, application_name="c360 cli").close()
    log = log_of(settings)
    log.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    began_at = os.fstat(descriptor).st_size
    sys.stdout.flush()
    daemon = os.fork()
    if daemon == 0:
        _leave_terminal(descriptor)
        return
    try:
        os.close(descriptor)
        with working("starting"):
            is_up = _comes_up(settings, daemon)
        running = find_up(settings.data_dir) if is_up else None
    except BaseException:
        _end(daemon)
        raise
    if running is None:
        _end(daemon)
        raise OperationsRefused(
            f"c360 up ended, or was not ready after {_START_SECONDS:.0f} seconds",
            code="U9018",
            detail=_tail(log, began_at),
            hint=f"Its log is {log}",
        )
    if as_json:
        print_json(asdict(running))
    else:
        print(f"address  {running.address}\nprocess  {running.pid}\nlog      {running.log}")
        say("c360 up --stop ends it.")
    raise typer.Exit


def stop(settings: Settings, as_json: bool) -> None:
    """End the `c360 up` of the data directory. That none runs is what was wanted."""
    with working("stopping"):
        stopped = stop_up(settings.data_dir, _STOP_SECONDS)
    if as_json:
        print_json({"stopped": None if stopped is None else asdict(stopped)})
    elif stopped is None:
        say(f"no c360 up runs in {settings.data_dir}; nothing to stop.")
    else:
        say(f"c360 up, process {stopped.pid}, has finished what it was at and ended.")


def _leave_terminal(log: int) -> None:
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDONLY)
    for number, descriptor in ((0, nowhere), (1, log), (2, log)):
        os.dup2(descriptor, number)
    for descriptor in (nowhere, log):
        if descriptor > 2:
            os.close(descriptor)


def _comes_up(settings: Settings, daemon: int) -> bool:
    """Waits until the gateway says that it is ready; False when the daemon ends before, or takes too long."""
    deadline = time.monotonic() + _START_SECONDS
    while not _is_ready(settings):
        if time.monotonic() > deadline or os.waitpid(daemon, os.WNOHANG) != (0, 0):
            return False
        time.sleep(_POLL)
    return True


def _end(daemon: int) -> None:
    """Nothing is left running of a start that failed."""
    with contextlib.suppress(ChildProcessError):  # it has ended, and was seen to
        if os.waitpid(daemon, os.WNOHANG) == (0, 0):
            os.kill(daemon, signal.SIGTERM)
            os.waitpid(daemon, 0)


def _is_ready(settings: Settings) -> bool:
    connection = http.client.HTTPConnection(settings.gateway_here, settings.gateway_port, timeout=5)
    with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    return False


def address_of(settings: Settings) -> str:
    """The address of the gateway as people type it."""
    host = settings.gateway_here
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.gateway_port}"


def _tail(log: Path, began_at: int) -> str:
    """The end of what this daemon has logged."""
    with log.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(began_at, end - _LAST_BYTES))
        return file.read().decode(errors="replace").strip()
