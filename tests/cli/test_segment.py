"""`c360 segment`: from a preview to a person and the reason, as a person and a program meet it."""

import json

import pytest

from support.events import identify, ingest
from support.observations import resolve


@pytest.fixture
def people(db, database):
    for who, city in (("an", "Hue"), ("binh", "Hue"), ("chi", "Hanoi")):
        ingest(db, identify(who, city=city))
    resolve(db)
    db.commit()
    return db


@pytest.fixture
def run(c360, people, database):
    def command(*arguments):
        return c360("segment", *arguments, "--dsn", database.dsn)

    return command


def test_a_preview_counts_and_keeps_nothing(run, people):
    done = run("preview", "acme", "--where", "city = 'Hue'", "--sample", "1", "--json")

    found = json.loads(done.stdout)
    assert (found["members"], found["profiles"], found["sample"][0]["values"]) == (2, 3, {"city": "Hue"})
    assert people.value("SELECT count(*) FROM c360.segments") == 0
    assert people.value("SELECT count(*) FROM pg_proc WHERE proname ~ 'preview' AND proname ~ '^_segment_'") == 0


def test_from_a_condition_to_the_reason(run):
    made = run("create", "acme", "home", "--where", "city = 'Hue'", "--title", "At home", "--json")
    listed = run("list", "acme", "--json")
    members = run("members", "acme", "home", "--limit", "1", "--json")
    why = run("why", "acme", "home", "user_id=chi", "--json")
    changed = run("set", "acme", "home", "--where", "city = 'Hanoi'", "--json")
    history = run("history", "acme", "home", "--profile", "user_id=chi", "--json")
    removed = run("remove", "acme", "home", "--yes")

    assert json.loads(made.stdout)["members"] == 2, made.stderr
    [row] = json.loads(listed.stdout)
    assert (row["segment"], row["title"], row["status"], row["is_current"]) == ("home", "At home", "settled", True)
    assert len(json.loads(members.stdout)) == 1
    answer = json.loads(why.stdout)
    assert (answer["is_member"], answer["parts"][0]["holds"], answer["parts"][0]["values"]) == (
        False,
        False,
        {"city": "Hanoi"},
    )
    assert json.loads(changed.stdout)["members"] == 1, changed.stderr
    [change] = json.loads(history.stdout)
    assert (change["change"], change["reason"]) == ("entered", "definition")
    assert removed.returncode == 0, removed.stderr
    assert json.loads(run("list", "acme", "--json").stdout) == []


def test_people_read_tables_and_trees(run):
    run("create", "acme", "home", "--where", "city = 'Hue' AND NOT has_event('page')")

    listed = run("list", "acme")
    why = run("why", "acme", "home", "user_id=an")
    preview = run("preview", "acme", "--where", "city = 'Hue'")

    assert listed.stdout.splitlines()[1].split()[:3] == ["home", "2", "settled"]
    assert "yes  city = 'Hue'  (city = Hue)" in why.stdout
    assert "no  has_event('page')" in why.stdout
    assert "is in home" in why.stderr
    assert "2 of 3 golden records: city = 'Hue'" in preview.stderr


def test_a_dry_run_prints_the_sql_and_changes_nothing(run, people):
    dry = run("create", "acme", "home", "--where", "city = 'Hue'", "--dry-run")

    assert "SELECT c360._compile_segment('acme', 'home'," in dry.stdout
    assert people.value("SELECT count(*) FROM c360.segments") == 0
    assert run("refresh", "acme", "--dry-run").stdout == "SELECT tenant_acme.refresh_segments();\n"


def test_what_is_wrong_is_said_with_place_and_hint(run):
    wrong = run("create", "acme", "home", "--where", "citty = 'Hue'")
    run("create", "acme", "home", "--where", "city = 'Hue'")
    twice = run("create", "acme", "home", "--where", "city = 'Hue'")
    unknown = run("set", "acme", "hme", "--where", "true")
    nobody = run("why", "acme", "hme", "user_id=an")
    types = run("preview", "acme", "--where", "city > 3")
    code = run("create", "acme", "Bad-Name", "--where", "true")
    bare = run("preview", "acme", "--where", "city = Hue")

    assert (wrong.returncode, wrong.stderr.splitlines()[0]) == (1, "U3302: segment home: there is no column citty")
    assert "character 1" in wrong.stderr
    assert "Did you mean city?" in wrong.stderr
    assert twice.stderr.startswith("U3306")
    assert unknown.stderr.startswith("U3301")
    assert "Did you mean home?" in unknown.stderr
    assert nobody.stderr.startswith("U3301")
    assert types.stderr.startswith("U3302: operator does not exist")
    assert code.stderr.startswith("U3302: a segment cannot be right")
    assert "Failing row" not in code.stderr
    assert "single quotes" in bare.stderr


def test_a_refresh_waits_for_the_worker_that_is_at_it(run, people, connect, in_background, wait_until):
    run("create", "acme", "home", "--where", "city = 'Hue'")
    worker = connect()
    worker.call("c360._try_lock", "acme", "segments")
    before = _connections(people)

    waiting = in_background(run, "refresh", "acme", "--json")
    wait_until(lambda: _connections(people) > before)
    worker.rollback()

    assert json.loads(waiting.result().stdout) == {"profiles": 3, "entered": 0, "left": 0}


def _connections(session):
    session.rollback()
    return session.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
