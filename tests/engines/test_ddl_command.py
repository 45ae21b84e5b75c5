"""`c360 lake ddl`: what it prints is what an engine takes, over a lake that c360 has exported."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from c360.lake.definitions import ENGINES
from support.duck import Duck
from support.lakes import Lake, lay_out


@pytest.fixture
def exported(database, connect, tmp_path):
    session = connect()
    lay_out(session)
    session.call("c360.set_lake", "acme", f"file://{tmp_path}/lake")
    session.call("c360.set_funnel", "acme", "buys", ["page", "Order Completed"], "3 days")
    session.commit()
    lake = Lake(database.dsn, tmp_path / "lake")
    assert [outcome.problems for outcome in lake.export() if outcome.problems] == []
    return session


@pytest.fixture
def ddl(database, command_line, tmp_path):
    def ask(*arguments):
        return command_line.run("lake", "ddl", "acme", *arguments, cwd=tmp_path, environment={"C360_DSN": database.dsn})

    return ask


def test_duckdb_takes_what_is_printed_and_has_the_checksums_of_the_ledger(exported, ddl):
    duck = Duck()

    duck.execute(ddl("--for", "duckdb").stdout)

    for table in ("events", "purchases", "profile_history", "messages", "profile_links"):
        known = exported.rows(
            """
            SELECT file.dt::text, sum(file.row_count)::text, sum(file.checksum)
            FROM tenant_acme.lake_files(%s) AS file
            GROUP BY file.dt
            """,
            table,
        )
        told = duck.execute(f"SELECT dt, row_count, checksum FROM c360_acme.{table}_checksums")
        assert sorted((day, rows, Decimal(sum_)) for day, rows, sum_ in told) == sorted(known)
    assert duck.execute("SELECT count(*), count(master_profile_id) FROM c360_acme.person_events") == [("6", "6")]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_has_definitions_as_json_and_as_files(exported, ddl, tmp_path, engine):
    url = ["--url", "s3://bucket/lake"]

    told = json.loads(ddl("--for", engine, "--json", *url).stdout)
    ddl("--for", engine, "--to", "told", *url)

    assert told["engine"] == engine
    written = "".join(path.read_text() for path in sorted((tmp_path / "told").iterdir()))
    for one in told["definitions"]:
        assert one["text"] in written
    if engine != "pinot":
        assert any(one["name"] == "funnel_buys" for one in told["definitions"])


def test_a_tenant_without_a_lake_is_told_what_to_do(database, ddl):
    refused = ddl("--for", "trino")

    assert refused.returncode == 2
    assert "c360 lake init" in refused.stderr
