"""`c360 activation`: from a rule to a person and the reason, as a person and a program meet it."""

import json

import pytest

from support.events import identify, ingest, track
from support.observations import resolve

RULE = """
title: Cart
when: {event: Cart Viewed, wait: 30 minutes, unless: [Order Completed]}
channel: email
purpose: marketing
needs: [email]
"""
BOMB = "a: &a [1]\n" + "".join(
    f"{new}: &{new} [{', '.join(10 * [f'*{old}'])}]\n" for old, new in ("ab", "bc", "cd", "de", "ef")
)


@pytest.fixture
def run(c360, db, database, tmp_path):
    db.call("c360.set_consent_purpose", "acme", "marketing")
    ingest(db, identify("an", email="an@shop.vn"), track("Cart Viewed", userId="an"))
    resolve(db)
    db.commit()
    (tmp_path / "cart.yaml").write_text(RULE, encoding="utf-8")

    def command(*arguments):
        return c360("activation", *arguments, "--dsn", database.dsn)

    return command


def test_from_a_rule_to_a_person_and_the_reason(run):
    dry = run("set", "acme", "cart", "--file", "cart.yaml", "--dry-run")
    made = run("set", "acme", "cart", "--file", "cart.yaml")
    again = run("set", "acme", "cart", "--file", "cart.yaml", "--json")
    listed = run("list", "acme")
    preview = run("preview", "acme", "cart", "--json")
    shown = run("preview", "acme", "cart")
    why = run("why", "acme", "cart", "email=an@shop.vn")
    told = run("run", "acme", "--json")
    unknown = run("why", "acme", "no_such", "email=an@shop.vn")
    missing = run("set", "acme", "cart", "--file", "no.yaml")
    removed = run("remove", "acme", "cart", "--yes")

    assert "set_activation_rule('cart'" in dry.stdout
    assert "is in force" in made.stderr
    assert json.loads(again.stdout) == {"changed": False}
    assert listed.stdout.splitlines()[1].split()[:4] == ["cart", "active", "event", "Cart"]
    found = json.loads(preview.stdout)
    assert (found["considered"], found["reached"], found["reasons"]) == (1, 0, {"no_consent": 1})
    assert "would reach 0 of 1 people" in shown.stderr
    assert "no_consent" in why.stderr
    assert json.loads(told.stdout) == {"requested": 0, "refused": 0, "held": 0}
    assert unknown.stderr.startswith("U2521")
    assert missing.returncode == 2
    assert "is gone" in removed.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("data: {n: .nan}", "JSON"),
        ("data: {1: x}", "JSON"),
        ("data: !!set {a}", "JSON"),
        ("data: !!timestamp 2026-12-24", "JSON"),
        ("data: &a [*a]", "values"),
        (BOMB, "values"),
        ("? [a]\n: b", "neither JSON nor YAML"),
        ("\udcff", "neither JSON nor YAML"),
        ("title: [a]", "title"),
        ("status: 5", "status"),
    ],
)
def test_a_file_that_says_what_json_has_not_is_refused_with_the_reason(run, tmp_path, text, told):
    (tmp_path / "bad.yaml").write_bytes(text.encode("utf-8", "surrogateescape"))

    refused = run("set", "acme", "cart", "--file", "bad.yaml")

    assert refused.returncode == 2
    assert told in refused.stderr


def test_a_date_in_a_file_stays_as_it_is_written(run, tmp_path):
    (tmp_path / "cart.yaml").write_text(RULE + "data: {until: 2026-12-24}", encoding="utf-8")

    assert run("set", "acme", "cart", "--file", "cart.yaml").returncode == 0
    assert '"until": "2026-12-24"' in run("list", "acme", "--json").stdout
