"""`c360 identity train`, `model` and `sweep`: what the database learnt, for people and for scripts."""

import json

import pytest

from c360.governance import sync_tenant
from support.faulty_people import KEPT, load, records
from support.observations import resolve


@pytest.fixture
def loaded(connect):
    person = connect(autocommit=True)
    person.call("c360.set_match_rule", "acme", "person", "scored", {})
    sync_tenant(person.connection, "acme")
    load(person, records(7))
    return person


def test_a_model_is_trained_shown_and_swept(c360, database, loaded):
    trained = c360("identity", "train", "acme", "--json", "--dsn", database.dsn)
    shown = c360("identity", "model", "acme", "--dsn", database.dsn)
    resolve(loaded)
    swept = c360("identity", "sweep", "acme", "--truth", "person", "--json", "--dsn", database.dsn)

    assert json.loads(trained.stdout)["is_active"]
    for name in KEPT:
        assert name in shown.stdout
    steps = json.loads(swept.stdout)
    assert [step["pairs"] for step in steps] == sorted((step["pairs"] for step in steps), reverse=True)
    assert max(step["f1"] for step in steps) > 0.9


def test_a_dry_run_of_training_prints_what_it_would_call(c360, database, loaded):
    printed = c360("identity", "train", "acme", "--seed", "5", "--dry-run", "--dsn", database.dsn)

    statement = printed.stdout.strip().removesuffix(";")
    assert loaded.value(f"SELECT answer ->> 'is_active' FROM ({statement} AS answer) AS done") == "true"
    assert loaded.value("SELECT settings ->> 'seed' FROM tenant_acme.cdp_match_models") == "5"


def test_a_model_that_is_not_there_exits_1(c360, database):
    missing = c360("identity", "model", "acme", "--dsn", database.dsn)

    assert missing.returncode == 1
    assert "U2214" in missing.stderr
