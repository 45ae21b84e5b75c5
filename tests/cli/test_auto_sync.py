"""What the command line shows of syncs that workers do, and a worker that is killed while it is at one."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from support.waiting import wait_until

ADD = (
    "INSERT INTO c360.profile_attributes (tenant, attribute, data_type, trait_paths, is_indexed)"
    " VALUES ('acme', 'shoe_size', %s, '{shoeSize}', true)"
)


@pytest.fixture
def person(connect):
    return connect(autocommit=True)


@pytest.fixture
def started_worker(command_line, database, tmp_path):
    """started_worker(): `c360 worker` as a process; what is left is killed at the end."""
    running = []

    def start(dsn=database.dsn):
        environment = {
            **os.environ,
            "DATABASE_URL": dsn,
            "C360_DATA_DIR": str(tmp_path),
            "C360_WORKER_POLL_SECONDS": "0.2",
            "C360_WORKER_SYNC_LEASE_SECONDS": "2",
        }
        with Path(os.devnull).open() as nothing, (tmp_path / f"log{len(running)}").open("w") as log:
            streams = (nothing, sys.__stdout__, log)
            running.append(command_line.start("worker", cwd=tmp_path, environment=environment, streams=streams))
        return running[-1]

    yield start
    for process in running:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()


def state(person):
    return person.call("c360.sync_state", "acme")


def is_done(person):
    now = state(person)
    return now["state"] == "current" and not now["is_finishing"]


def is_indexed(person):
    index = "tenant_acme.cdp_master_profiles_shoe_size_idx"
    return person.value("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", index)


def test_what_waits_for_a_person_is_shown_and_goes_when_confirmed(c360, database, person, started_worker):
    person.execute(ADD, "text")
    assert c360("tenant", "sync", "acme", "--dsn", database.dsn).returncode == 0
    started_worker()
    person.execute(
        "UPDATE c360.profile_attributes SET data_type = 'integer', normaliser = 'none' WHERE attribute = 'shoe_size'"
    )
    wait_until(lambda: state(person)["state"] == "waits")
    confirm = "c360 tenant sync acme --allow-type-change"

    shown = c360("tenant", "show", "acme", "--dsn", database.dsn)
    found = json.loads(c360("doctor", "--json", "--dsn", database.dsn).stdout)
    assert confirm in shown.stdout
    assert (
        json.loads(c360("tenant", "show", "acme", "--json", "--dsn", database.dsn).stdout)["sync"]["state"] == "waits"
    )
    assert [row["remedy"] for row in found if row["subject"] == "tenant acme"] == [
        f"Look with: c360 tenant plan acme   and if it is meant: {confirm}"
    ]

    assert c360(*confirm.split()[1:], "--dsn", database.dsn).returncode == 0

    wait_until(lambda: is_done(person))
    assert "sync: in line with the metadata" in c360("tenant", "show", "acme", "--dsn", database.dsn).stdout
    left = json.loads(c360("doctor", "--json", "--dsn", database.dsn).stdout)
    assert "tenant acme" not in {row["subject"] for row in left}


def test_a_file_turns_it_off_and_says_so_when_exported(c360, database, tmp_path, person):
    path = tmp_path / "acme.yaml"
    path.write_text("tenant: acme\nauto_sync: false\n")

    assert c360("tenant", "apply", str(path), "--yes", "--dsn", database.dsn).returncode == 0

    assert "auto_sync: false" in c360("tenant", "export", "acme", "--dsn", database.dsn).stdout
    person.execute(ADD, "integer")
    shown = c360("tenant", "show", "acme", "--dsn", database.dsn).stdout
    assert "sync: pending, the automatic one is off; c360 tenant sync acme" in shown


def test_a_worker_killed_before_the_column_is_there_leaves_it_to_the_next(person, connect, started_worker):
    reader = connect()
    reader.value("SELECT count(*) FROM tenant_acme.cdp_master_profiles")
    first = started_worker()
    person.execute(ADD, "integer")
    wait_until(lambda: person.value("SELECT claimed_by FROM c360.tenant_syncs WHERE tenant = 'acme'"))

    first.send_signal(signal.SIGKILL)
    first.wait()
    started_worker()
    reader.rollback()

    wait_until(lambda: is_done(person))
    assert is_indexed(person)


def test_a_worker_killed_while_it_makes_the_index_leaves_it_to_the_next(person, connect, started_worker):
    # An index that is made beside writers waits for snapshots that are older.
    reader = connect()
    reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    reader.value("SELECT 1")
    first = started_worker()
    person.execute(ADD, "integer")
    wait_until(lambda: is_indexed(person) is False)

    first.send_signal(signal.SIGKILL)
    first.wait()
    started_worker()
    reader.rollback()

    wait_until(lambda: is_done(person))
    assert is_indexed(person)


def test_a_worker_that_may_not_become_the_owner_says_so_and_leaves_it(database, person, started_worker, tmp_path):
    started_worker(database.dsn_as("c360_worker"))
    wait_until(lambda: "may not become the owner" in (tmp_path / "log0").read_text())

    person.execute(ADD, "integer")

    assert not person.value("SELECT count(*) FROM c360.sync_workers")
    assert state(person)["state"] == "pending"
    assert any("no worker that may sync" in row["finding"] for row in person.call_rows("c360.doctor"))
