"""`c360` as a person meets it: a process with two streams and an exit code, without the second that loading it takes.

Loading is most of what a command costs: a launcher does it once for all commands of a test worker and forks for each.
Tests of terminals, and of what a process loads and keeps up by itself, start `python -m c360_cli`.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from support.waiting import DEADLINE


def clean_environment(**more: str) -> dict[str, str]:
    """The environment of this process without addresses of databases and settings of c360, and `more`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "C360_", "DATABASE_"))}
    return {**kept, "PYTHONPATH": os.pathsep.join(sys.path), "NO_COLOR": "1", **more}


class Started:
    """A command that runs: the part of subprocess.Popen that tests use."""

    def __init__(self, outcome: IO[str]) -> None:
        self._outcome = outcome
        self.pid = int(outcome.readline())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, None while it runs."""
        if self.returncode is None and select.select([self._outcome], [], [], 0)[0]:
            self.returncode = int(self._outcome.readline())
            self._outcome.close()
        return self.returncode

    def wait(self, timeout: float = DEADLINE) -> int:
        """The exit code; raises TimeoutError when it still runs after so many seconds."""
        if self.returncode is None and not select.select([self._outcome], [], [], timeout)[0]:
            raise TimeoutError(f"process {self.pid} still runs after {timeout:g} seconds")
        code = self.poll()
        assert code is not None
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class CommandLine:
    """Runs commands by a launcher that has everything loaded."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control

    def start(
        self, *arguments: str | Path, cwd: Path, environment: Mapping[str, str], streams: tuple[Any, Any, Any]
    ) -> Started:
        """A command that is not waited for; `streams` are files as its standard input, output and error."""
        command = {"arguments": [str(one) for one in arguments], "environment": dict(environment), "cwd": str(cwd)}
        outcome, told = os.pipe()
        try:
            descriptors = [*(stream.fileno() for stream in streams), told]
            socket.send_fds(self._control, [json.dumps(command).encode()], descriptors)
        finally:
            os.close(told)
        return Started(os.fdopen(outcome, "r"))

    def run(
        self, *arguments: str | Path, cwd: Path, environment: Mapping[str, str], text: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run one command on `text` as its standard input; answers what subprocess.run would."""
        with contextlib.ExitStack() as opened:
            given, stdout, stderr = (opened.enter_context(tempfile.TemporaryFile()) for _ in range(3))
            given.write(text.encode())
            given.seek(0)
            started = self.start(*arguments, cwd=cwd, environment=environment, streams=(given, stdout, stderr))
            code = started.wait(timeout=10 * DEADLINE)
            return subprocess.CompletedProcess(list(arguments), code, _text(stdout), _text(stderr))


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode().replace("\r\n", "\n")


@contextlib.contextmanager
def running_command_line() -> Iterator[CommandLine]:
    """The launcher, until the context ends."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        with its:
            launcher = subprocess.Popen(
                [sys.executable, "-m", "support.launcher", str(its.fileno())],
                pass_fds=[its.fileno()],
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
            )
        yield CommandLine(ours)
    launcher.wait(DEADLINE)
