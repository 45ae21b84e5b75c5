"""Engines of others over the same files. Those that take a while to start are started once for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from c360.lake.definitions import Lake
from support import lake_files
from support import seaweed as seaweeds
from support.duck import Duck
from support.nasty_rows import nasty_events, nasty_purchases
from support.query_engine import QueryEngine

TABLES = (
    replace(lake_files.EVENTS, since="2026-09-01"),
    replace(lake_files.PURCHASES, since="2026-09-01"),
    lake_files.LINKS,
)


@pytest.fixture(scope="session")
def duck() -> Duck:
    return Duck()


@pytest.fixture(scope="session")
def chdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryEngine]:
    pytest.importorskip("chdb")
    from support.chdb_engine import Chdb

    engine = Chdb(tmp_path_factory.mktemp("chdb"))
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryEngine]:
    from support.spark import Spark

    engine = Spark(tmp_path_factory.mktemp("spark"))
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def trino(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryEngine]:
    from support.trino import Trino, running_trino

    folder = tmp_path_factory.mktemp("trino")
    hive = {
        "connector.name": "hive",
        "hive.metastore": "file",
        "hive.metastore.catalog.dir": f"local://{folder}/metastore",
        "fs.native-local.enabled": "true",
        "local.location": "/",
        "hive.security": "allow-all",
        "hive.partition-projection-enabled": "true",
        "hive.ignore-absent-partitions": "true",
        "hive.parquet.time-zone": "UTC",
        "hive.timestamp-precision": "MICROSECONDS",
    }
    with running_trino(folder, {"hive": hive}) as port:
        yield Trino(port, "hive")


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[seaweeds.Seaweed]:
    if not seaweeds.is_there():
        pytest.skip("there is no weed: make .venv/.installed-engines")
    with seaweeds.running_seaweed(tmp_path_factory.mktemp("seaweed") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def nasty_lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake of nasty rows, and no settings to speak of."""
    root: Path = tmp_path_factory.mktemp("nasty")
    lake_files.write(root, "acme", lake_files.EVENTS, nasty_events(50_000))
    lake_files.write(root, "acme", lake_files.PURCHASES, nasty_purchases(2_000))
    lake_files.write(root, "acme", lake_files.LINKS, [(1, "somebody", nasty_events(1)[0][1])])
    return Lake(tenant="acme", url=root.as_uri(), tables=TABLES)
