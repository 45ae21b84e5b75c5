"""A tenant that is registered and was never synced: whoever calls into it is told so, and what to do."""

import hashlib
import json
import os

import httpx
import psycopg
import pytest

from gateway.conftest import running_gateway
from governance.conftest import fresh_name
from support.events import page


@pytest.fixture
def c360(command_line, database, tmp_path):
    environment = {**os.environ, "DATABASE_URL": database.dsn, "C360_DATA_DIR": str(tmp_path)}
    return lambda *arguments: command_line.run(*arguments, cwd=tmp_path, environment=environment)


@pytest.fixture
def unsynced(connect):
    person, name = connect(autocommit=True), fresh_name()
    person.call("c360.register_tenant", name)
    yield name
    person.call("c360.drop_tenant", name, name)


def test_every_function_into_it_answers_one_error_that_says_what_to_do(unsynced, connect):
    person = connect(autocommit=True)
    calls = [
        ("c360.ingest", unsynced, {"batch": [page("m1")]}, "web"),
        ("c360.profile", unsynced, "email", "an@shop.vn"),
        ("c360.resolve_identities", unsynced),
        ("c360.refresh_scores", unsynced),
        ("c360.merge_profiles", unsynced, None, None),
        ("c360.list_segments", unsynced),
    ]
    for function, *arguments in calls:
        with pytest.raises(psycopg.Error) as refused:
            person.call(function, *arguments)
        assert refused.value.sqlstate == "U4450", function
        assert refused.value.diag.message_hint == (
            f"CALL c360.request_sync('{unsynced}'), or: c360 tenant sync {unsynced}"
        )
        assert len((refused.value.diag.context or "").splitlines()) <= 12


def test_its_metadata_can_be_read_and_changed(unsynced, connect):
    person = connect(autocommit=True)

    person.call("c360.suspend_tenant", unsynced)
    person.call("c360.resume_tenant", unsynced)

    assert person.call("c360.tenant_metadata", unsynced)["tenant"] == unsynced
    assert person.call("c360.sync_state", unsynced)["state"] == "pending"
    assert not next(t for t in person.call("c360.list_tenants") if t["tenant"] == unsynced)["is_synced"]


def test_over_http_the_sender_is_asked_to_come_again(unsynced, connect, database):
    key = f"c360_wk_{unsynced}"
    hashed = hashlib.sha256(key.encode()).digest()
    connect(autocommit=True).call("c360.create_api_key", unsynced, "web", "write", "web", hashed, key[:12])
    with running_gateway(database.dsn_as("c360_gateway")) as gateway:
        event = {"anonymousId": "a1", "name": "Shop"}
        answer = httpx.post(f"{gateway.url}/v1/page", auth=(key, ""), json=event, timeout=30)

    assert (answer.status_code, answer.json()["code"]) == (503, "U4450")


def test_the_command_line_says_it_in_three_lines(unsynced, c360):
    for command in (
        ("profile", "list", unsynced),
        ("tenant", "show", unsynced),
        ("segment", "list", unsynced),
    ):
        ended = c360(*command)
        assert ended.returncode == 1
        assert ended.stderr.startswith("U4450: "), ended.stderr
        assert f"c360 tenant sync {unsynced}" in ended.stderr
        assert len(ended.stderr.splitlines()) <= 3


def test_other_tenants_are_looked_after_as_ever(unsynced, c360):
    examined = c360("doctor", "--json")
    status = c360("status", "--json")

    assert f"tenant {unsynced}" in {found["subject"] for found in json.loads(examined.stdout)}
    assert "acme" in status.stdout
