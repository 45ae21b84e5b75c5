"""Start and stop one PostgreSQL data directory with initdb and pg_ctl.

Knows nothing about who may own it: that is the business of server.py. The test suite uses this module too.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psutil

from c360.domain.errors import EmbeddedPostgresError
from c360.embedded.account import Account
from c360.embedded.binaries import Binaries

StopMode = Literal["smart", "fast", "immediate"]

_LAST_LINES = 12
_POLL = 0.05


@dataclass(frozen=True)
class Cluster:
    """A data directory, the programs for it and the user that runs them."""

    data: Path
    binaries: Binaries
    account: Account

    @property
    def is_initialised(self) -> bool:
        return (self.data / "PG_VERSION").is_file()

    @property
    def version(self) -> str:
        """The major version that wrote the data."""
        return (self.data / "PG_VERSION").read_text().strip()

    @property
    def log(self) -> Path:
        return self.data / "start.log"

    @property
    def program_version(self) -> str:
        """The major version of the programs."""
        return self._run("postgres", "--version").split()[2].split(".")[0]

    def init(self, superuser: str, *options: str) -> None:
        """Create the data directory. A half-made one from an earlier, interrupted attempt must be removed before."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.account.own(self.data, 0o700)
        self._run("initdb", "-D", str(self.data), "-U", superuser, "-E", "UTF8", "--locale=C.UTF-8", *options)

    def start(self, *settings: str, patience: float = 60.0) -> None:
        """Start and wait until it answers; after a crash this includes recovery.

        Processes of a killed server outlive it for a moment and hold its shared memory: waits for them to go.
        """
        deadline = time.monotonic() + patience
        while self._orphans() and time.monotonic() < deadline:
            time.sleep(_POLL)
        self._forget_stranger()
        options = " ".join(f"-c {setting}" for setting in settings)
        try:
            self._run("pg_ctl", "-D", str(self.data), "-l", str(self.log), "-w", "-t", "300", "-o", options, "start")
        except EmbeddedPostgresError as error:
            error.detail = self._log_tail() or error.detail
            raise

    def stop(self, mode: StopMode = "fast") -> None:
        """Stop and wait. A server that is not running is what we wanted."""
        if self.pid() is not None:
            self._run("pg_ctl", "-D", str(self.data), "-w", "-t", "120", "-m", mode, "stop")

    def pid(self) -> int | None:
        """The process id of the running server."""
        pid = self._recorded_pid()
        return pid if pid is not None and self._is_ours(pid) else None

    def _recorded_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def _is_ours(self, pid: int) -> bool:
        try:
            process = psutil.Process(pid)
            return process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == self.data.resolve()
        except (psutil.NoSuchProcess, psutil.AccessDenied, FileNotFoundError):
            return False

    def _forget_stranger(self) -> None:
        """After a reboot the recorded process number may belong to a stranger, whom PostgreSQL would take for itself.

        A number nobody has is left alone: PostgreSQL judges that case better than we could.
        """
        recorded = self._recorded_pid()
        if recorded is not None and psutil.pid_exists(recorded) and not self._is_ours(recorded):
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _orphans(self) -> list[int]:
        return [
            process.pid
            for process in psutil.process_iter(["name"])
            if process.info["name"] == "postgres" and self._is_ours(process.pid)
        ]

    def _log_tail(self) -> str:
        logs = [path for path in (self.log, *(self.data / "log").glob("*.log")) if path.exists()]
        if not logs:
            return ""
        newest = max(logs, key=lambda path: path.stat().st_mtime)
        return "\n".join(newest.read_text(errors="replace").splitlines()[-_LAST_LINES:])

    def _run(self, program: str, *arguments: str) -> str:
        # A temporary file, not a pipe: the server inherits it and would keep a pipe open for as long as it lives.
        options: dict[str, Any] = dict(self.account.process_options)
        with tempfile.TemporaryFile("w+") as output:
            try:
                done = subprocess.run(
                    [self.binaries.program(program), *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd="/",
                    check=False,
                    **options,
                )
            except OSError as error:
                raise EmbeddedPostgresError(
                    f"{program} could not be run: {error.strerror}",
                    code="U9012",
                    detail=f"Tried {self.binaries.program(program)} as user {self.account.name}.",
                ) from error
            output.seek(0)
            text = output.read()
        if done.returncode != 0:
            raise EmbeddedPostgresError(
                f"{program} failed in {self.data}", code="U9011", detail=text.strip() or f"exit code {done.returncode}"
            )
        return text
