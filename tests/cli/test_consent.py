"""`c360 consent`: purposes, what a person said, what holds; as a person and a program meet it."""

import json

import pytest

from support.events import identify, ingest
from support.observations import resolve


@pytest.fixture
def run(c360, db, database):
    ingest(db, identify("an", email="an@shop.vn"))
    resolve(db)
    db.commit()

    def command(*arguments):
        return c360("consent", *arguments, "--dsn", database.dsn)

    return command


def test_from_a_purpose_to_an_answer_and_back(run):
    dry = run("declare", "acme", "marketing", "--dry-run")
    made = run("declare", "acme", "marketing", "--title", "Offers", "--text-version", "v1")
    wrong = run("declare", "acme", "other", "--basis", "whim")
    listed = run("list", "acme")
    unproven = run("set", "acme", "email=an@shop.vn", "marketing", "granted")
    tried = run("set", "acme", "email=an@shop.vn", "marketing", "granted", "--proof", "form 1", "--dry-run", "--json")
    set_ = run("set", "acme", "email=an@shop.vn", "marketing", "granted", "--proof", "form 1")
    shown = run("show", "acme", "email=an@shop.vn", "--json")
    proofs = run("show", "acme", "email=an@shop.vn", "--proofs")
    no_time = run("set", "acme", "user_id=an", "marketing", "denied", "--at", "in May")
    older = run("set", "acme", "user_id=an", "marketing", "denied", "--at", "2026-05-01T08:00:00Z", "--json")
    removed = run("remove", "acme", "marketing", "--yes")
    unknown = run("set", "acme", "user_id=an", "marketing", "denied")

    assert "set_consent_purpose('marketing'" in dry.stdout
    assert "declared" in made.stderr
    assert wrong.stderr.startswith("U2510")
    assert listed.stdout.splitlines()[1].split()[:4] == ["marketing", "consent", "not", "allowed"]
    assert unproven.stderr.startswith("U2512")
    assert json.loads(tried.stdout)["after"]["is_allowed"] is True
    assert "marketing is allowed (before: not allowed" in set_.stderr
    found = json.loads(shown.stdout)
    assert [(row["state"], row["is_allowed"]) for row in found["purposes"]] == [("granted", True)]
    assert "form 1" in proofs.stdout
    assert "form 1" not in shown.stdout
    assert no_time.returncode == 2
    assert json.loads(older.stdout)["after"]["state"] == "granted"
    assert "is gone" in removed.stderr
    assert unknown.stderr.startswith("U2511")
