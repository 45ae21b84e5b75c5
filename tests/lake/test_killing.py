"""An exporter that is killed anywhere leaves a lake that the next one finishes: the same objects, byte for byte."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

POINTS = [
    "after:plan_lake_export",
    "after:begin_lake_file",
    "before:put",
    "after:put",
    "after:finish_lake_file",
    "before:verify_lake_partition",
    "after:verify_lake_partition",
    "before:put_manifest",
    "after:put_manifest",
]
REPLACING = ["after:begin_lake_file", "after:put", "before:verify_lake_partition", "before:delete", "after:delete"]
TESTS = Path(__file__).resolve().parents[1]


def killed(lake, point):
    code = [sys.executable, "-m", "support.killed_exporter", lake.dsn, point]
    paths = os.pathsep.join(str(TESTS.parent / name) for name in ("tests", "controlplane"))
    return subprocess.run(code, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=False)


@pytest.fixture
def complete(lake, session, tmp_path):
    """What an export leaves that nobody disturbs; the ledger forgets it again."""
    lake.export()
    objects = lake.objects()
    session.execute("DELETE FROM tenant_acme.cdp_lake_partitions")
    session.call("c360.set_lake", "acme", f"file://{tmp_path}/again")
    session.commit()
    lake.root = tmp_path / "again"
    return objects


def test_killed_anywhere_and_repeated_it_stores_the_same_objects(lake, session, complete, tmp_path):
    for number, point in enumerate(POINTS):
        session.execute("DELETE FROM tenant_acme.cdp_lake_partitions")
        session.call("c360.set_lake", "acme", f"file://{tmp_path}/{number}")
        session.commit()
        lake.root = tmp_path / str(number)

        done = killed(lake, point)
        assert done.returncode == -signal.SIGKILL, (point, done.stderr)
        outcomes = lake.export()

        assert not [outcome for outcome in outcomes if outcome.problems], point
        assert lake.objects() == complete, point
        assert not [outcome for outcome in lake.export() if outcome.is_changed], point


@pytest.mark.parametrize("point", REPLACING)
def test_killed_while_files_are_replaced_it_ends_as_if_it_had_not_been(lake, session, point):
    lake.export()
    session.execute("UPDATE tenant_acme.cdp_behavioral_events SET payload = payload || '{\"new\": true}'")
    session.commit()
    old = lake.data()

    done = killed(lake, point)
    assert done.returncode == -signal.SIGKILL, done.stderr
    outcomes = lake.export()

    assert not [outcome for outcome in outcomes if outcome.problems]
    new = lake.data()
    events = [key for key in new if "/events/" in key]
    assert len(events) == len([key for key in old if "/events/" in key])
    assert not {key for key in events if key in old}
    assert not [outcome for outcome in lake.export() if outcome.is_changed or outcome.problems]
