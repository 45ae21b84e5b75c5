"""What the tests of the lake share.

environment     one without credentials of whoever runs the tests
lake            that of acme in a directory, with events of two months that are over; session is one on it
"""

from __future__ import annotations

from pathlib import Path

import pytest

from support.lakes import Lake, lay_out
from support.session import Session


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
