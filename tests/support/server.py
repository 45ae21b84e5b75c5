"""The PostgreSQL of a test run: started once, shared by all xdist workers, thrown away at the end.

PG=16, 17 or 18 in the environment chooses the version. Its socket is trusted and nothing listens on
TCP. Durability is off: it is PostgreSQL's own promise and slow to repeat.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from c360.embedded.account import account_for
from c360.embedded.binaries import Binaries, packaged_folder
from c360.embedded.cluster import Cluster
from c360.governance import create_tenant
from c360.installer.install import install
from c360.installer.sources import load
from support.postgres_versions import binaries_of_version

PREFIX = "c360-test-"
SUPERUSER = "postgres"
OWNER = "dba"
TEMPLATE = "c360_template"
TENANT = "acme"
_HOMES = (Path("/tmp"), Path("/dev/shm"))
_PLENTY = 8 << 30


@dataclass(frozen=True)
class TestServer:
    """Where the server of this run is; plain strings, so that it travels to the xdist workers."""

    __test__ = False

    folder: str
    binaries: str

    @property
    def cluster(self) -> Cluster:
        data = Path(self.folder) / "data"
        return Cluster(data, Binaries(Path(self.binaries)), account_for(data))

    def dsn(self, database: str = "postgres", user: str = SUPERUSER) -> str:
        """An address that psycopg, asyncpg, psql and the command line understand."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def admin(self, database: str = "postgres") -> psycopg.Connection:
        """A superuser connection in autocommit mode."""
        return psycopg.connect(self.dsn(database), autocommit=True)

    def create_database(self, name: str, *, template: str = "template0", owner: str = OWNER) -> None:
        with self.admin() as admin:
            admin.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY").format(
                    sql.Identifier(name), sql.Identifier(template), sql.Identifier(owner)
                )
            )
            if template != "template0":  # rights on a database do not come with its template
                for statement in (
                    "GRANT CREATE, TEMPORARY ON DATABASE {} TO c360_owner",
                    "REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC",
                ):
                    admin.execute(sql.SQL(statement).format(sql.Identifier(name)))

    def drop_database(self, name: str) -> None:
        with self.admin() as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def psql(
        self, database: str, *arguments: str, user: str = OWNER, text: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run psql as a person would, on `text` where it is given, without reading anybody's .psqlrc."""
        return subprocess.run(
            [packaged_folder() / "psql", "--no-psqlrc", "-d", self.dsn(database, user), *arguments],
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


@contextlib.contextmanager
def running_server(version: str) -> Iterator[TestServer]:
    """The server of a test run, with the template database in it."""
    _remove_leftovers()
    with bare_server(version) as server:
        _prepare(server)
        yield server


@contextlib.contextmanager
def bare_server(version: str | None = None, *settings: str, kept: Path | None = None) -> Iterator[TestServer]:
    """A server with nothing of ours in it, not even roles; `settings` come after those of all tests.

    With `kept` it has what keep() left there.
    """
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_home()))
    (folder / "runner.pid").write_text(str(os.getpid()))
    account = account_for(folder / "data")
    account.own(folder, 0o711)
    binaries = binaries_of_version(version or chosen_version(), account)
    cluster = Cluster(folder / "data", binaries, account)
    try:
        if kept is None:
            cluster.init(SUPERUSER, "--auth=trust", "--no-sync")
        else:
            _copy(kept, folder / "data")
        cluster.start(*settings_in(folder), *settings)
        yield TestServer(str(folder), str(binaries.folder))
    finally:
        cluster.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


def keep(server: TestServer, folder: Path) -> None:
    """Stop the server and leave a copy of its data in the folder, for servers that start with it."""
    server.cluster.stop()
    _copy(server.cluster.data, folder)


def _copy(data: Path, folder: Path) -> None:
    """With owners and rights, about which PostgreSQL is particular."""
    subprocess.run(["cp", "--archive", data, folder], check=True)


def _home() -> Path:
    """Memory where there is plenty: a clone costs a third of the time there, it is mostly making and removing files."""
    memory = _HOMES[-1]
    if memory.is_dir() and min(shutil.disk_usage(memory).free, psutil.virtual_memory().available) > _PLENTY:
        return memory
    return _HOMES[0]


def chosen_version() -> str:
    """The major version this run is for."""
    return os.environ.get("PG") or "18"


def settings_in(folder: Path) -> list[str]:
    """What every server of the tests is started with."""
    return [
        "listen_addresses=",
        f"unix_socket_directories={folder}",
        "unix_socket_permissions=0700",
        "max_connections=200",
        "shared_buffers=128MB",
        "fsync=off",
        "full_page_writes=off",
        "max_wal_size=1GB",
        "checkpoint_timeout=1h",
        "autovacuum_naptime=10min",
        "jit=off",
    ]


def _prepare(server: TestServer) -> None:
    with server.admin() as admin:
        admin.execute(f"CREATE ROLE {OWNER} LOGIN CREATEROLE IN ROLE pg_monitor, pg_signal_backend")
    server.create_database(TEMPLATE)
    install(server.dsn(TEMPLATE, OWNER), load())
    with psycopg.connect(server.dsn(TEMPLATE, OWNER)) as owner:
        create_tenant(owner, TENANT)


def _remove_leftovers() -> None:
    """Stop servers whose test run was killed; a machine that runs tests all day would fill up with them."""
    for folder in [found for home in _HOMES for found in home.glob(f"{PREFIX}*")]:
        with contextlib.suppress(OSError, ValueError):
            if _is_alive(int((folder / "runner.pid").read_text())):
                continue
            pid = int((folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, 3)
            deadline = time.monotonic() + 10
            while _is_alive(pid) and time.monotonic() < deadline:
                time.sleep(0.05)
        if not _belongs_to_live_run(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _belongs_to_live_run(folder: Path) -> bool:
    try:
        return _is_alive(int((folder / "runner.pid").read_text()))
    except (OSError, ValueError):
        return True  # another run is just making it


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
