"""Physical copies of the test server, as pg_basebackup makes them."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from c360.embedded.account import Account, account_for
from c360.embedded.binaries import Binaries, binaries_for
from c360.embedded.cluster import Cluster
from support.server import PREFIX, SUPERUSER, TestServer, settings_in
from support.waiting import wait_until


@dataclass(frozen=True)
class Copy:
    """A copy of a server that runs beside it."""

    server: TestServer

    def promote(self) -> None:
        """From here on it is a primary of its own, on a new timeline."""
        with self.server.admin() as admin:
            # One that waits keeps its snapshot, and replaying then may wait for it in turn.
            admin.execute("SELECT pg_promote(wait => false)")
            wait_until(lambda: not admin.execute("SELECT pg_is_in_recovery()").fetchone()[0])

    def wait_for(self, primary: TestServer) -> None:
        """Until a standby has everything the primary has written so far."""
        with primary.admin() as admin:
            [written] = admin.execute("SELECT pg_current_wal_flush_lsn()").fetchone()
        with self.server.admin() as admin:
            wait_until(lambda: admin.execute("SELECT pg_last_wal_replay_lsn() >= %s", [written]).fetchone()[0])


@contextlib.contextmanager
def standby_of(server: TestServer) -> Iterator[Copy]:
    """A hot standby that follows the server."""
    with _copy(server, follows=True) as copy:
        yield copy


@contextlib.contextmanager
def twin_of(server: TestServer) -> Iterator[Copy]:
    """A copy that was simply started: a primary on the timeline of the original."""
    with _copy(server, follows=False) as copy:
        yield copy


@contextlib.contextmanager
def _copy(server: TestServer, *, follows: bool) -> Iterator[Copy]:
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}copy-", dir="/tmp"))
    account = account_for(folder / "data")
    account.own(folder, 0o711)
    cluster = Cluster(folder / "data", Binaries(Path(server.binaries)), account)
    # Each CREATE DATABASE of another test is a checkpoint: without a slot it removes WAL that the copy still needs.
    slot = folder.name.replace("-", "_").lower() if follows else None
    try:
        _base_backup(server, folder / "data", account, slot)
        if slot is not None:
            _follow(server, folder / "data", account, slot)
        cluster.start(
            "listen_addresses=",
            f"unix_socket_directories={folder}",
            "unix_socket_permissions=0700",
            "max_connections=200",
            "fsync=off",
            "full_page_writes=off",
            "max_standby_streaming_delay=-1",
            "max_standby_archive_delay=-1",
        )
        yield Copy(TestServer(str(folder), server.binaries))
    finally:
        cluster.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
        _drop_slot(server, slot)


def _base_backup(server: TestServer, target: Path, account: Account, slot: str | None) -> None:
    """Made by the newest programs: older servers do not always bring this one along."""
    done = subprocess.run(
        [
            binaries_for(account).program("pg_basebackup"),
            *("-D", target, "-h", server.folder, "-U", SUPERUSER, "--checkpoint=fast", "--no-sync"),
            *(("--create-slot", f"--slot={slot}") if slot is not None else ()),
        ],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        **account.process_options,
    )
    assert done.returncode == 0, done.stderr


def _drop_slot(server: TestServer, slot: str | None) -> None:
    """Once its receiver is gone, which takes a moment."""
    with server.admin() as admin:
        left = "SELECT active FROM pg_replication_slots WHERE slot_name = %s"
        wait_until(lambda: not any(active for (active,) in admin.execute(left, [slot]).fetchall()))
        admin.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s", [slot]
        )


def _follow(server: TestServer, data: Path, account: Account, slot: str) -> None:
    """By hand: what the newest pg_basebackup writes for it, an older server does not understand."""
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"primary_conninfo = 'host={server.folder} user={SUPERUSER}'\nprimary_slot_name = '{slot}'\n")
    (data / "standby.signal").touch()
    account.own(data / "standby.signal", 0o600)


@dataclass(frozen=True)
class Backup:
    """A base backup that was not started yet."""

    cluster: Cluster
    server: TestServer

    def restore(self, archive: Path, point: str) -> Copy:
        """Start it, and replay the archived WAL up to the restore point of that name; it is promoted there."""
        data = self.cluster.data
        with (data / "postgresql.auto.conf").open("a") as settings:
            settings.write(f"restore_command = 'cp {archive}/%f %p'\nrecovery_target_name = '{point}'\n")
            settings.write("recovery_target_action = 'promote'\n")
        (data / "recovery.signal").touch()
        self.cluster.account.own(data / "recovery.signal", 0o600)
        self.cluster.start(*settings_in(data.parent))
        copy = Copy(self.server)
        with self.server.admin() as admin:
            wait_until(lambda: not admin.execute("SELECT pg_is_in_recovery()").fetchone()[0])
        return copy


@contextlib.contextmanager
def backup_of(server: TestServer) -> Iterator[Backup]:
    """What pg_basebackup makes of the server now; what was restored from it ends with the context."""
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}backup-", dir="/tmp"))
    account = account_for(folder / "data")
    account.own(folder, 0o711)
    cluster = Cluster(folder / "data", Binaries(Path(server.binaries)), account)
    try:
        _base_backup(server, folder / "data", account, None)
        yield Backup(cluster, TestServer(str(folder), server.binaries))
    finally:
        cluster.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
