"""How long what is kept: bounds, defaults, and the trail every change of it leaves."""

from __future__ import annotations

import json

import pytest
import yaml

from c360.governance.apply import apply_declaration, export_tenant
from c360.governance.declaration import read_declaration
from c360.governance.plan import Permissions

BOUNDED = {
    "messages": 30,
    "attempts": 14,
    "dead_letters": 90,
    "agent_calls": 365,
    "settled_rejected_events": 90,
    "job_runs": 90,
}


def kept(db, tenant="acme"):
    return {row["kind"]: row["keep"] and row["keep"].days for row in db.call_rows("c360.retention", tenant)}


def test_a_tenant_that_says_nothing_keeps_all_but_what_was_bounded_already(db):
    listed = kept(db)

    assert {kind: days for kind, days in listed.items() if days} == BOUNDED
    assert len(listed) == db.value("SELECT count(*) FROM c360.retention_kinds")
    assert all(row["is_default"] for row in db.call_rows("c360.retention", "acme"))


def test_setting_says_whether_anything_changed_and_none_goes_back_to_the_default(db, keep):
    assert [keep(db, "events", 400), keep(db, "events", 400), keep(db, "events", 500)] == [True, False, True]
    assert kept(db)["events"] == 500

    assert db.call("c360.set_retention", "acme", "events", None) is True
    assert db.call("c360.set_retention", "acme", "events", None) is False
    assert kept(db)["events"] is None


@pytest.mark.parametrize(
    ("kind", "time"),
    [
        ("events", "0 days"),
        ("events", "-1 days"),
        ("events", "23 hours"),
        ("events", "24 hours"),
        ("events", "1 day 1 second"),
        ("events", "13 months"),
        ("events", "2 mons -59 days"),
        ("events", "36501 days"),
        ("audit", "89 days"),
        ("agent_calls", "89 days"),
        ("everything", "400 days"),
    ],
)
def test_times_out_of_bounds_and_unknown_kinds_are_refused(db, refused, kind, time):
    with refused("U4430"):
        db.call("c360.set_retention", "acme", kind, time)


@pytest.mark.parametrize("time", ["infinity", "-infinity"])
def test_no_time_is_infinite(db, refused, time):
    if db.value("SELECT current_setting('server_version_num')::integer") < 170000:
        with refused("22007"):
            db.value("SELECT c360.set_retention('acme', 'events', %s::interval)", time)
        return
    with refused("U4430"):
        db.call("c360.set_retention", "acme", "events", time)


@pytest.mark.parametrize("time", ["0 days", "1 month", "36501 days", "2 mons -59 days"])
def test_the_table_itself_refuses_what_the_function_does(db, refused, time):
    with refused("23514"):
        db.execute("INSERT INTO c360.retention_policies VALUES ('acme', 'events', %s)", time)


@pytest.mark.parametrize("days", [1, 36500])
def test_the_bounds_themselves_are_taken(db, keep, days):
    assert keep(db, "events", days) is True


def test_messages_are_never_kept_longer_than_their_topic_says(db, keep):
    keep(db, "messages", 3000)

    assert kept(db)["messages"] == 30


def test_every_change_is_audited_and_told(db, keep):
    keep(db, "events", 400)
    keep(db, "events", 500)
    db.call("c360.set_retention", "acme", "events", None)

    entries = db.rows(
        "SELECT action, object, detail #>> '{after,keep}' FROM c360.audit_log"
        " WHERE tenant = 'acme' AND action LIKE 'retention_policies.%' ORDER BY audit_id"
    )
    bodies = db.column(
        "SELECT body FROM c360.messages WHERE topic = 'c360-synch-events' AND key = 'retention_policies' ORDER BY seq"
    )

    assert entries == [
        ("retention_policies.added", "events", "400 days"),
        ("retention_policies.changed", "events", "500 days"),
        ("retention_policies.removed", "events", None),
    ]
    assert [json.loads(body)["data"]["objects"][0]["operation"] for body in bodies] == ["added", "changed", "removed"]


def test_a_file_sets_it_and_an_export_gives_it_back(connect, tmp_path):
    session = connect(autocommit=True)
    file = tmp_path / "acme.yaml"
    file.write_text(yaml.safe_dump({"tenant": "acme", "retention": {"events": "400 days", "audit": "1000 days"}}))

    first = apply_declaration(session.connection, read_declaration(file), Permissions(), lambda _: True)
    exported = export_tenant(session.connection, "acme")
    file.write_text(exported)
    second = apply_declaration(session.connection, read_declaration(file), Permissions(), lambda _: True)

    assert set(first.changes) == {"retention.events: new", "retention.audit: new"}
    assert yaml.safe_load(exported)["retention"] == {"events": "400 days", "audit": "1000 days"}
    assert second.is_empty
    assert session.call("c360.tenant_metadata", "acme")["retention"] == [
        {"kind": "audit", "keep": "1000 days"},
        {"kind": "events", "keep": "400 days"},
    ]


def test_policies_go_with_their_tenant(connect, keep, globex):
    session = connect(autocommit=True)
    keep(session, "events", 400, tenant="globex")
    session.call("c360.apply_retention", "globex")

    session.execute("SET ROLE c360_owner")
    session.call("c360.drop_tenant", "globex", "globex")

    assert session.value("SELECT count(*) FROM c360.retention_policies WHERE tenant = 'globex'") == 0
    assert session.value("SELECT count(*) FROM c360.retention_states WHERE tenant = 'globex'") == 0


def test_nothing_is_removed_as_of_a_moment_to_come(db, refused, keep):
    keep(db, "audit", 90)

    with refused("U4430"):
        db.call("c360.apply_retention", "acme", "audit", "2999-01-01T00:00:00Z")


@pytest.mark.parametrize("at", ["infinity", "-infinity"])
def test_nothing_is_removed_as_of_no_real_moment(db, refused, at):
    with refused("U4430"):
        db.call("c360.apply_retention", "acme", None, at, p_dry_run=True)


@pytest.mark.parametrize("limit", [0, -1, 100001])
def test_a_step_has_a_size(db, refused, limit):
    with refused("U4430"):
        db.call("c360.apply_retention", "acme", p_limit=limit)


def test_a_suspended_tenant_keeps_everything_and_can_be_looked_at(db, refused, keep, look):
    keep(db, "events", 400)
    db.execute("SET LOCAL ROLE c360_owner")
    db.call("c360.suspend_tenant", "acme")

    assert look(db, "events")["removed"] == 0
    with refused("U4423"):
        db.call("c360.apply_retention", "acme")
