"""Own the embedded PostgreSQL of one data directory.

    <data_dir>/owner.lock   held with flock by the process that owns the server; the kernel frees it when that one dies
    <data_dir>/password     of the roles c360 and postgres
    <data_dir>/port         remembered from start to start
    <data_dir>/run/         unix socket
    <data_dir>/postgres/    the cluster

The server outlives a killed owner; the next one takes it over, running or not. Two owners at a time are refused.
Nobody gets in without the password, neither over TCP nor over the socket.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import socket
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psycopg
from psycopg import sql

from c360.domain.errors import EmbeddedPostgresError
from c360.embedded.account import account_for, can_reach
from c360.embedded.binaries import binaries_for
from c360.embedded.cluster import Cluster, StopMode
from c360.embedded.configuration import write_configuration

SUPERUSER = "postgres"
ROLE = "c360"
DATABASE = "c360"

_PATIENCE = 60.0
_PORT_PATIENCE = 20.0
_ADDRESS = "127.0.0.1"
_POLL = 0.1


def find_running(data_dir: Path) -> str | None:
    """The address of the server of this directory if it runs, without owning it."""
    cluster = _cluster(data_dir)
    if cluster.pid() is None or (port := _port_in_use_by(cluster)) is None:
        return None
    return _dsn(data_dir, port)


class EmbeddedPostgres:
    """The embedded server, owned by this process between start() and stop()."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir.expanduser().absolute()
        self._lock: IO[str] | None = None
        self._port = 0

    def check_exists(self) -> None:
        """Raises EmbeddedPostgresError U9015 where no server was ever made, and makes nothing."""
        try:
            (self._data_dir / "postgres" / "PG_VERSION").stat()
        except (FileNotFoundError, NotADirectoryError):
            pass
        except PermissionError as error:
            raise EmbeddedPostgresError(
                f"the data directory {self._data_dir} is closed to this user",
                code="U9012",
                hint="Run the command as its owner, or choose another --data-dir.",
            ) from error
        else:
            return
        raise EmbeddedPostgresError(
            f"no database: no address was given, and there is none in {self._data_dir}",
            code="U9015",
            hint="Start one with: c360 up. Or name yours with --dsn or DATABASE_URL.",
        )

    @property
    def dsn(self) -> str:
        """Address of the database c360 as the role c360, its owner."""
        return _dsn(self._data_dir, self._port)

    def start(self, *, wait: float = 0.0) -> Self:
        """Become the owner, then start the server or take over the one that runs.

        Raises EmbeddedPostgresError U9010 when another process stays owner for `wait` seconds.
        """
        self._data_dir.mkdir(parents=True, exist_ok=True)
        self._lock = _acquire(self._data_dir / "owner.lock", wait)
        starting: Cluster | None = None
        try:
            cluster = self._prepared()
            if not self._takes_over(cluster):
                starting = cluster
                self._start(cluster)
            self._ensure_database()
        except BaseException:
            if starting is not None:  # nobody would own it
                with contextlib.suppress(EmbeddedPostgresError):
                    starting.stop()
            self._release()
            raise
        return self

    def is_running(self) -> bool:
        """Whether the server is there; somebody may have killed it."""
        return _cluster(self._data_dir).pid() is not None

    def restart(self) -> None:
        """Start the server anew, on the port that its clients know.

        Raises EmbeddedPostgresError U9011 when it does not start, or only on another port.
        """
        port = self._port
        # Processes of the killed server may hold its port for a moment.
        deadline = time.monotonic() + _PORT_PATIENCE
        while not _is_free(port) and time.monotonic() < deadline:
            time.sleep(_POLL)
        self._start(_cluster(self._data_dir))
        if self._port != port:
            raise EmbeddedPostgresError(
                f"the embedded PostgreSQL ended, and its port {port} is taken by something else",
                code="U9011",
                hint="Start c360 again.",
            )

    def stop(self, mode: StopMode = "fast") -> None:
        """Stop the server and give up ownership. "smart" lets connected clients finish first."""
        if self._lock is None:
            return
        try:
            _cluster(self._data_dir).stop(mode)
        finally:
            self._release()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _prepared(self) -> Cluster:
        cluster = _cluster(self._data_dir)
        account = cluster.account
        if not can_reach(account, self._data_dir):
            raise EmbeddedPostgresError(
                f"user {account.name}, who runs PostgreSQL, cannot reach {self._data_dir}",
                code="U9012",
                detail="PostgreSQL may not run as root, and a folder above the data directory is closed to others.",
                hint="Choose another --data-dir, for example below /var/lib.",
            )
        self._data_dir.chmod(0o711 if account.switch else 0o700)
        if not cluster.is_initialised:
            self._initialise(cluster)
        if cluster.version != cluster.program_version:
            raise EmbeddedPostgresError(
                f"the data in {self._data_dir} was written by PostgreSQL {cluster.version}",
                code="U9012",
                detail=f"The programs at hand are of PostgreSQL {cluster.program_version}.",
                hint="Move the data with pg_upgrade or pg_dump, or choose another --data-dir.",
            )
        return cluster

    def _initialise(self, cluster: Cluster) -> None:
        # Made beside its place and renamed: an interrupted initdb leaves nothing that looks like a cluster.
        unfinished = self._data_dir / "postgres.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        password = _password(self._data_dir)
        making = Cluster(unfinished, cluster.binaries, cluster.account)
        with tempfile.NamedTemporaryFile("w", prefix="c360-") as handed_over:
            handed_over.write(password)
            handed_over.flush()
            cluster.account.own(Path(handed_over.name), 0o600)
            making.init(SUPERUSER, "--auth=scram-sha-256", f"--pwfile={handed_over.name}")
        unfinished.rename(cluster.data)

    def _start(self, cluster: Cluster) -> None:
        for attempt in (1, 2, 3):
            self._port = _free_port(self._data_dir / "port", remembered=attempt == 1)
            # Emptied first: a lock file of a killed server may name a process number that somebody has again.
            run = self._data_dir / "run"
            shutil.rmtree(run, ignore_errors=True)
            run.mkdir()
            cluster.account.own(run, 0o700)
            write_configuration(cluster, _ADDRESS, self._port, run)
            try:
                cluster.start()
            except EmbeddedPostgresError:
                if attempt == 3 or _is_free(self._port):
                    raise
            else:
                return

    def _takes_over(self, cluster: Cluster) -> bool:
        """Whether a server runs and answers: one that was killed is seen for a moment longer, and never answers."""
        if cluster.pid() is None:
            return False
        self._port = _port_when_known(cluster)
        dsn = _dsn(self._data_dir, self._port, SUPERUSER, "postgres")
        deadline = time.monotonic() + _PATIENCE
        while cluster.pid() is not None and time.monotonic() < deadline:
            with contextlib.suppress(psycopg.OperationalError), psycopg.connect(dsn):
                return True
            time.sleep(_POLL)
        return cluster.pid() is not None

    def _ensure_database(self) -> None:
        """Make the role and the database at the first start; find them at every other."""
        password = _password(self._data_dir)
        with _connect_when_ready(_dsn(self._data_dir, self._port, SUPERUSER, "postgres")) as connection:
            known = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone()
            if known is None:
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN CREATEROLE PASSWORD {} IN ROLE pg_monitor").format(
                        sql.Identifier(ROLE), sql.Literal(password)
                    )
                )
            known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known is None:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(ROLE))
                )


def _cluster(data_dir: Path) -> Cluster:
    data = data_dir.expanduser().absolute() / "postgres"
    account = account_for(data)
    return Cluster(data, binaries_for(account), account)


def _acquire(path: Path, wait: float) -> IO[str]:
    lock = path.open("a+", encoding="ascii")
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < deadline:
                time.sleep(_POLL)
                continue
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            lock.close()
            raise EmbeddedPostgresError(
                f"another process already runs the PostgreSQL in {path.parent}",
                code="U9010",
                detail=f"The owner is process {owner}.",
                hint="Stop that process, or choose another --data-dir.",
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        return lock


def _password(data_dir: Path) -> str:
    path = data_dir / "password"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        password = secrets.token_urlsafe(24)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(password)
        return password


def _dsn(data_dir: Path, port: int, role: str = ROLE, database: str = DATABASE) -> str:
    password = (data_dir.expanduser() / "password").read_text(encoding="ascii").strip()
    return f"postgresql://{role}:{password}@{_ADDRESS}:{port}/{database}"


def _port_in_use_by(cluster: Cluster) -> int | None:
    try:
        return int((cluster.data / "postmaster.pid").read_text().splitlines()[3])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def _port_when_known(cluster: Cluster, patience: float = 10.0) -> int:
    """A server that is just starting writes its port a moment after its process number."""
    deadline = time.monotonic() + patience
    while (port := _port_in_use_by(cluster)) is None:
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError("the running PostgreSQL does not tell its port", code="U9011")
        time.sleep(_POLL)
    return port


def _free_port(memory: Path, *, remembered: bool) -> int:
    if remembered and memory.exists():
        port = int(memory.read_text(encoding="ascii"))
        if _is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind((_ADDRESS, 0))
        port = int(probe.getsockname()[1])
    memory.write_text(str(port), encoding="ascii")
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_ADDRESS, port))
        except OSError:
            return False
    return True


def _connect_when_ready(dsn: str, patience: float = _PATIENCE) -> psycopg.Connection:
    deadline = time.monotonic() + patience
    while True:
        try:
            return psycopg.connect(dsn, autocommit=True, application_name="c360 embedded")
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    "the embedded PostgreSQL does not answer", code="U9011", detail=str(error).strip()
                ) from error
            time.sleep(_POLL)
