"""`c360 schema`: a plan goes from events to a file, into the database and back."""

import json

import yaml

from support.events import ingest, track

PLAN = """
events:
  Signed Up:
    mode: block
    schema: {required: [plan], properties: {plan: {enum: [free, paid]}}}
  identify:
    schema: {properties: {age: {type: integer}}}
"""


def test_a_plan_is_applied_shown_checked_and_pruned(c360, database, connect, tmp_path):
    file = tmp_path / "plan.yaml"
    file.write_text(PLAN)
    events = tmp_path / "events.jsonl"
    events.write_text("\n".join(json.dumps(track("Signed Up", properties={"plan": plan})) for plan in ("free", "gold")))
    tried = c360("schema", "apply", "acme", str(file), "--dry-run", "--dsn", database.dsn)
    assert tried.returncode == 0
    assert tried.stdout.count("set_event_schema") == 2
    nothing = c360("schema", "show", "acme", "--json", "--dsn", database.dsn)
    assert json.loads(nothing.stdout) == {"events": {}}

    first = c360("schema", "apply", "acme", str(file), "--json", "--dsn", database.dsn)
    again = c360("schema", "apply", "acme", str(file), "--json", "--dsn", database.dsn)
    checked = c360("schema", "check", "acme", str(events), "--json", "--dsn", database.dsn)
    shown = c360("schema", "show", "acme", "--dsn", database.dsn)

    assert json.loads(first.stdout) == {"set": ["Signed Up", "identify"], "unchanged": [], "removed": []}
    assert json.loads(again.stdout)["unchanged"] == ["Signed Up", "identify"]
    assert checked.returncode == 1
    assert [(row["number"], row["path"], row["keyword"]) for row in json.loads(checked.stdout)] == [
        (2, "/plan", "enum")
    ]
    assert yaml.safe_load(shown.stdout)["events"]["Signed Up"]["mode"] == "block"
    copy = tmp_path / "copy.yaml"
    copy.write_text(shown.stdout)
    assert json.loads(c360("schema", "apply", "acme", str(copy), "--json", "--dsn", database.dsn).stdout)["set"] == []

    copy.write_text("events: {}")
    pruned = c360("schema", "apply", "acme", str(copy), "--prune", "--json", "--dsn", database.dsn)
    assert sorted(json.loads(pruned.stdout)["removed"]) == ["Signed Up", "identify"]
    assert connect().value("SELECT count(*) FROM c360.event_schemas('acme')") == 0


def test_a_plan_is_inferred_and_violations_are_listed(c360, database, connect, tmp_path):
    session = connect()
    ingest(session, track("Signed Up", "m1", properties={"plan": "free"}))
    session.commit()
    inferred = c360("schema", "infer", "acme", "Signed Up", "--dsn", database.dsn)
    file = tmp_path / "plan.yaml"
    file.write_text(inferred.stdout)
    c360("schema", "apply", "acme", str(file), "--dsn", database.dsn)
    ingest(session, track("Signed Up", "m2", properties={"plan": 7}))
    session.commit()

    listed = c360("schema", "violations", "acme", "--json", "--dsn", database.dsn)
    table = c360("schema", "violations", "acme", "--dsn", database.dsn)

    [row] = json.loads(listed.stdout)
    assert (row["path"], row["keyword"], row["demanded"], row["violation_count"]) == ("/plan", "type", "string", 1)
    assert "/plan" in table.stdout


def test_a_file_that_is_no_plan_is_named(c360, database, tmp_path):
    file = tmp_path / "plan.yaml"
    for text in (
        "[]",
        "events: {A: {}}",
        "events: {A: {schema: {}, mood: warn}}",
        "a: [",
        "events: {A: {schema: {type: 5}}}",
    ):
        file.write_text(text)
        refused = c360("schema", "apply", "acme", str(file), "--dsn", database.dsn)
        assert refused.returncode in {1, 2}, text
        assert "hint" in refused.stderr.lower()


def test_a_line_that_is_no_event_is_named(c360, database, tmp_path):
    events = tmp_path / "events.jsonl"
    events.write_text(json.dumps(track("Signed Up", "m1")) + "\n\nnot json\n")

    refused = c360("schema", "check", "acme", str(events), "--dsn", database.dsn)
    missing = c360("schema", "check", "acme", str(tmp_path / "none.jsonl"), "--dsn", database.dsn)

    assert (refused.returncode, missing.returncode) == (2, 2)
    assert "line 3 is not JSON" in refused.stderr
    assert "none.jsonl cannot be read: No such file or directory" in missing.stderr
