"""`c360 agent`: the answer and who asked, as a person and a program meet it."""

import json

import pytest

from support.events import identify, ingest, track
from support.observations import resolve


@pytest.fixture
def run(c360, db, database):
    db.call("c360.set_consent_purpose", "acme", "support", {"basis": "contract", "allows_by_default": True})
    db.call("c360.set_consent_purpose", "acme", "marketing")
    ingest(db, identify("an", email="an@shop.vn", firstName="An"), track("Cart Viewed", userId="an"))
    resolve(db)
    db.commit()

    def command(*arguments):
        return c360("agent", *arguments, "--dsn", database.dsn)

    return command


def test_a_person_sees_what_an_agent_is_told_and_both_calls_are_kept(run):
    shown = run("context", "acme", "email=an@shop.vn", "--purpose", "support", "--channel", "email")
    told = run("context", "acme", "email=an@shop.vn", "--purpose", "marketing", "--json")
    audit = run("audit", "acme")
    of_an = run("audit", "acme", "user_id=an", "--limit", "1", "--json")

    assert "may be used" in shown.stderr
    assert "no rule is for this purpose" in shown.stderr
    assert "Cart Viewed" in shown.stdout
    assert (json.loads(told.stdout)["is_allowed"], json.loads(told.stdout)["profile"]) == (False, None)
    assert audit.stdout.count("sql dba") == 2
    [last] = json.loads(of_an.stdout)
    assert (last["purpose"], last["given"]) == ("marketing", ["consents", "do_not"])


def test_what_is_wrong_is_refused(run):
    assert run("context", "acme", "email=an@shop.vn", "--purpose", "spying").stderr.startswith("U2511")
    assert run("context", "acme", "email=nobody@shop.vn", "--purpose", "support").stderr.startswith("U2404")
    assert run("context", "acme", "an@shop.vn", "--purpose", "support").returncode == 2
    assert run("context", "acme", "email=an@shop.vn").returncode == 2


def test_a_key_for_an_agent_says_what_it_is(c360, db, database):
    made = c360("key", "create", "acme", "--source", "bot", "--kind", "agent", "--dsn", database.dsn)

    assert made.stdout.startswith("c360_ak_")
