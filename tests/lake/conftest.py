"""Stores for the tests of the lake, one of each kind for a whole run.

seaweed     a real object store (SeaweedFS), for tests marked `engines`.
lake        that of acme in a directory, with events of two months that are over; session is one of acme's database.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import hdfs as clusters
from support import seaweed as seaweeds
from support.lakes import Lake, lay_out
from support.session import Session


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[seaweeds.Seaweed]:
    if not seaweeds.is_there():
        pytest.skip("there is no weed: make .venv/.installed-engines")
    with seaweeds.running_seaweed(tmp_path_factory.mktemp("seaweed") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def hdfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[clusters.Hdfs]:
    if (jars := clusters.classpath()) is None:
        pytest.skip("HDFS cannot be fetched: it needs Java and Maven")
    with clusters.running_hdfs(tmp_path_factory.mktemp("hdfs") / "data", jars) as running:
        yield running


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment with no credentials of whoever runs the tests."""
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    return monkeypatch


@pytest.fixture
def session(connect) -> Session:
    return connect()


@pytest.fixture
def lake(database, session, tmp_path) -> Lake:
    lay_out(session)
    session.call("c360.set_lake", "acme", f"file://{tmp_path}/lake")
    session.commit()
    return Lake(database.dsn, tmp_path / "lake")
