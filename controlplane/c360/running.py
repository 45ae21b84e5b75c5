"""Which `c360 up` runs on a data directory.

    <data_dir>/up.lock   held with flock for as long as it runs, so the kernel forgets it when it dies, however it dies;
                         what it holds: process, address of the gateway, log file, since when

A process number alone is never believed: it may be that of somebody else by now. Only who holds the lock is stopped.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import psutil

from c360.domain.errors import EmbeddedPostgresError, OperationsRefused

_LOCK = "up.lock"
_POLL = 0.1
# Others look at the lock by taking it for a moment; and who has just taken it writes a moment later who it is.
_PATIENCE = 2.0


@dataclass(frozen=True)
class Running:
    """A `c360 up` that runs."""

    pid: int
    address: str
    log: str | None
    since: str


def find_up(data_dir: Path) -> Running | None:
    """The `c360 up` of this directory; None where none runs. Makes nothing.

    Raises EmbeddedPostgresError U9012 for a directory of somebody else.
    """
    try:
        lock = (data_dir / _LOCK).open(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError as error:
        raise _closed(data_dir) from error
    with lock:
        deadline = time.monotonic() + _PATIENCE
        while not _free(lock, fcntl.LOCK_SH):
            lock.seek(0)
            with contextlib.suppress(ValueError, TypeError):
                return Running(**json.loads(lock.read()))
            if time.monotonic() > deadline:
                raise OperationsRefused(
                    f"{data_dir / _LOCK} does not say who holds it", code="U9016", hint="fuser names the process."
                )
            time.sleep(_POLL)
    return None


def refuse_second(data_dir: Path) -> None:
    """Raises OperationsRefused U9016 when a `c360 up` runs on this directory."""
    running = find_up(data_dir)
    if running is not None:
        raise _runs_already(data_dir, running)


@contextlib.contextmanager
def registered(data_dir: Path, address: str, log: Path | None) -> Iterator[None]:
    """Makes this process the `c360 up` of the directory for as long as the context lasts.

    Raises OperationsRefused U9016 when there is another one.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / _LOCK).open("a+", encoding="utf-8") as lock:
        deadline = time.monotonic() + _PATIENCE
        while not _free(lock, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                refuse_second(data_dir)
            time.sleep(_POLL)
        since = datetime.now(UTC).isoformat(timespec="seconds")
        lock.truncate(0)
        lock.write(json.dumps(asdict(Running(os.getpid(), address, None if log is None else str(log), since))))
        lock.flush()
        try:
            yield
        finally:
            lock.truncate(0)


def stop_up(data_dir: Path, patience: float) -> Running | None:
    """Ask the `c360 up` of this directory to end and wait for it. Answers which one it was; None where none ran.

    Raises OperationsRefused U9018 when it does not end in time, EmbeddedPostgresError U9012 when it is somebody else's.
    """
    running = find_up(data_dir)
    if running is None:
        return None
    try:
        process = psutil.Process(running.pid)
        if not _has_open(process, data_dir / _LOCK):
            raise OperationsRefused(
                f"{data_dir / _LOCK} is held by another process than the one it names",
                code="U9016",
                hint="fuser names the process.",
            )
        # The number was read before the process was: it is the right one if the lock is still held by it now.
        if find_up(data_dir) != running:
            return running
        process.terminate()
    except psutil.NoSuchProcess:
        return running
    except psutil.AccessDenied as error:
        raise _closed(data_dir) from error
    deadline = time.monotonic() + patience
    while find_up(data_dir) == running:
        if time.monotonic() > deadline:
            raise OperationsRefused(
                f"c360 up, process {running.pid}, does not end",
                code="U9018",
                detail=f"It was asked {patience:.0f} seconds ago.",
                hint=f"Look at its log, or end it with: kill -9 {running.pid}",
            )
        time.sleep(_POLL)
    return running


def _has_open(process: psutil.Process, file: Path) -> bool:
    """Whoever can read the file can hold it, after one that was killed and left its number there."""
    return any(Path(opened.path) == file.resolve() for opened in process.open_files())


def _free(lock: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _runs_already(data_dir: Path, running: Running) -> OperationsRefused:
    return OperationsRefused(
        f"c360 up runs already: {running.address}, process {running.pid}",
        code="U9016",
        detail=f"Its data directory is {data_dir}.",
        hint="Use it, or end it with: c360 up --stop",
    )


def _closed(data_dir: Path) -> EmbeddedPostgresError:
    return EmbeddedPostgresError(
        f"what runs in {data_dir} belongs to another user",
        code="U9012",
        hint="Run the command as that user, or choose another --data-dir.",
    )
