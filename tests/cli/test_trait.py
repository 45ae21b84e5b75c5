"""`c360 trait`: from a preview to a customer and the values looked at, as a person and a program meet it."""

import json

import pytest

from support.events import identify, ingest
from support.observations import resolve


@pytest.fixture
def run(c360, db, database):
    for who, city in (("an", "Hue"), ("binh", "Hanoi")):
        ingest(db, identify(who, city=city))
    resolve(db)
    db.commit()

    def command(*arguments):
        return c360("trait", *arguments, "--dsn", database.dsn)

    return command


def test_from_a_preview_to_the_values_looked_at(run, db):
    preview = run("preview", "acme", "--as", "upper(city)", "--sample", "1", "--json")
    dry = run("create", "acme", "town", "--as", "upper(city)", "--dry-run")
    kept = db.value("SELECT count(*) FROM c360.computed_traits")
    made = run("create", "acme", "town", "--as", "upper(city)", "--title", "Town", "--json")
    shown = run("show", "acme", "town", "user_id=an")
    changed = run("set", "acme", "town", "--as", "length(city)", "--json")
    listed = run("list", "acme")
    wrong = run("create", "acme", "other", "--as", "citty")
    code = run("create", "acme", "Bad-Name", "--as", "1")
    flag = run("preview", "acme", "--as", "city = 'Hue'")
    refreshed = run("refresh", "acme", "--json")
    said = run("refresh", "acme", "--dry-run")
    removed = run("remove", "acme", "town", "--yes")

    found = json.loads(preview.stdout)
    assert (found["values"], found["profiles"], found["data_type"]) == (2, 2, "text"), preview.stderr
    assert "SELECT c360._compile_trait('acme', 'town'," in dry.stdout
    assert kept == 0
    row = json.loads(made.stdout)
    assert (row["data_type"], row["status"], row["title"], row["changed"]) == ("text", "settled", "Town", 2)
    assert "Hue" in shown.stdout
    assert "is HUE" in shown.stderr
    assert json.loads(changed.stdout)["data_type"] == "integer"
    assert listed.stdout.splitlines()[1].split()[:3] == ["town", "integer", "settled"]
    assert wrong.stderr.startswith("U3312: trait other: there is no column citty")
    assert "Did you mean city?" in wrong.stderr
    assert code.stderr.startswith("U3312: a computed trait cannot be right")
    assert "true" in flag.stdout
    assert "True" not in flag.stdout
    assert json.loads(refreshed.stdout) == {"profiles": 2, "changed": 0}
    assert said.stdout == "SELECT tenant_acme.refresh_traits();\n"
    assert removed.returncode == 0, removed.stderr
