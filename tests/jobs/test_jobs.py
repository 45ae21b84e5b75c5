"""Jobs as metadata: what can be set, what is refused, and that they travel with their tenant."""

from __future__ import annotations

import json

import pytest
import yaml

from c360.domain.errors import UsageError
from c360.governance import dump_tenant, restore_tenant
from c360.governance.apply import apply_declaration, export_tenant
from c360.governance.declaration import read_declaration
from c360.governance.plan import Permissions

DEFAULTS = {
    "apply_retention",
    "maintain_event_partitions",
    "refresh_scores",
    "refresh_reports",
    "fit_clv",
    "fit_lead",
    "fit_subscriptions",
    "refresh_segments",
    "refresh_traits",
}


def listed(db, tenant="acme"):
    return {row["job"]: row for row in db.call_rows("c360.list_jobs", tenant)}


def test_a_tenant_that_says_nothing_has_the_defaults_of_the_kinds(db):
    jobs = listed(db)

    assert set(jobs) == DEFAULTS
    assert all(job["is_default"] and job["is_enabled"] for job in jobs.values())
    assert {(job["job"], job["schedule"]) for job in jobs.values()} == set(
        db.rows("SELECT kind, default_schedule FROM c360.list_job_kinds() WHERE default_schedule IS NOT NULL")
    )


def test_every_kind_names_a_function_that_takes_a_tenant_and_arguments_it_has(db):
    wrong = db.column(
        """
        SELECT known.kind
        FROM c360.list_job_kinds() AS known
        WHERE NOT EXISTS (
            SELECT
            FROM pg_proc AS function
            WHERE function.pronamespace = 'c360'::regnamespace
              AND function.proname = known.function_name
              AND function.prorettype = 'jsonb'::regtype
              AND function.proargnames[1] = 'p_tenant'
              AND function.pronargs - function.pronargdefaults = 1
              AND NOT EXISTS (
                  SELECT
                  FROM jsonb_each_text(known.arguments) AS taken
                  WHERE NOT EXISTS (
                      SELECT
                      FROM unnest(function.proargnames, function.proargtypes::oid[]) AS has (name, type)
                      WHERE has.name = 'p_' || taken.key
                        AND has.type = taken.value::regtype
                  )
              )
        )
        """
    )

    assert wrong == []


def test_setting_says_whether_anything_changed_and_leaves_what_is_not_given(db):
    first = db.call("c360.set_job", "acme", "old_events", "0 4 * * SUN", "apply_retention", {"kind": "events"})
    again = db.call("c360.set_job", "acme", "old_events")
    off = db.call("c360.set_job", "acme", "old_events", p_is_enabled=False)

    job = listed(db)["old_events"]
    assert (first, again, off) == (True, False, True)
    assert (job["kind"], job["arguments"], job["schedule"]) == ("apply_retention", {"kind": "events"}, "0 4 * * SUN")
    assert (job["is_enabled"], job["is_default"]) == (False, False)


def test_a_default_is_replaced_switched_off_and_comes_back(db, refused):
    db.call("c360.set_job", "acme", "refresh_scores", p_is_enabled=False)
    replaced = listed(db)["refresh_scores"]

    assert (replaced["is_enabled"], replaced["is_default"], replaced["schedule"]) == (False, False, "5 0 * * *")
    assert db.call("c360.remove_job", "acme", "refresh_scores") is True
    assert listed(db)["refresh_scores"]["is_default"]
    assert db.call("c360.remove_job", "acme", "nothing") is False
    with refused("U4441"):
        db.call("c360.remove_job", "acme", "refresh_scores")


@pytest.mark.parametrize(
    ("job", "schedule", "kind", "arguments"),
    [
        ("one", "0 4 * * *", "drop_tenant", None),
        ("one", "0 4 * * *", "resume_tenant", None),
        ("one", "0 4 * * *", None, None),
        ("one", None, None, None),
        ("One", "0 4 * * *", "refresh_scores", None),
        ("one; DROP", "0 4 * * *", "refresh_scores", None),
        ("one", "every day", "refresh_scores", None),
        ("one", "@daily", "refresh_scores", None),
        ("one", "0 4 * *", "refresh_scores", None),
        ("one", "0 4 * * * *", "refresh_scores", None),
        ("one", "0 4 * * *\n", "refresh_scores", None),
        ("one", "0 4 * * ?", "refresh_scores", None),
        ("one", "", "refresh_scores", None),
        ("one", "0 4 * * *", "refresh_scores", {"as_of": "2026-01-01"}),
        ("one", "0 4 * * *", "apply_retention", {"kind": "events", "tenant": "globex"}),
        ("one", "0 4 * * *", "maintain_event_partitions", {"ahead": "soon"}),
        ("one", "0 4 * * *", "refresh_scores", ["events"]),
    ],
)
def test_what_cannot_be_right_is_refused(db, refused, job, schedule, kind, arguments):
    db.execute("SAVEPOINT before")
    with refused("U4440"):
        db.value(
            "SELECT c360.set_job('acme', %s, %s, %s, %s::jsonb)",
            job,
            schedule,
            kind,
            None if arguments is None else json.dumps(arguments),
        )


def test_a_tenant_has_no_more_than_a_hundred(db, refused):
    job = {"kind": "refresh_scores", "arguments": {}, "schedule": "* * * * *", "is_enabled": False}
    rows = [{"job": f"j{number}", **job} for number in range(101)]
    with refused("U4419"):
        db.value("SELECT c360._apply_jobs('acme', %s)", rows)


def test_every_change_is_audited_and_told(db):
    db.call("c360.set_job", "acme", "refresh_scores", "0 4 * * *")
    db.call("c360.set_job", "acme", "refresh_scores", "0 5 * * *")
    db.call("c360.remove_job", "acme", "refresh_scores")

    assert db.rows(
        "SELECT action, object FROM c360.audit_log WHERE tenant = 'acme' AND action LIKE 'jobs.%' ORDER BY audit_id"
    ) == [(f"jobs.{what}", "refresh_scores") for what in ("added", "changed", "removed")]
    assert db.value("SELECT count(*) FROM c360.messages WHERE topic = 'c360-synch-events' AND key = 'jobs'") == 3


def test_people_read_jobs_and_only_admins_set_them(db, refused):
    def as_role(role):
        db.execute("SET LOCAL ROLE c360_owner")
        db.execute(f"GRANT {role} TO dba")
        db.execute(f"SET LOCAL ROLE {role}")

    as_role("c360_acme_admin")
    assert db.call("tenant_acme.set_job", "refresh_scores", "0 4 * * *") is True
    db.execute("RESET ROLE")
    as_role("c360_acme_reader")
    assert {row["job"] for row in db.call_rows("tenant_acme.list_jobs")} == DEFAULTS
    assert db.call_rows("tenant_acme.job_history") == []
    with refused("42501"):
        db.call("tenant_acme.set_job", "refresh_scores", "0 5 * * *")


def test_a_file_sets_them_and_an_export_gives_them_back(connect, tmp_path):
    session = connect(autocommit=True)
    jobs = {
        "refresh_scores": {"schedule": "0 4 * * *"},
        "old_events": {
            "kind": "apply_retention",
            "schedule": "0 5 * * SUN",
            "arguments": {"kind": "events"},
            "is_enabled": False,
        },
    }
    file = tmp_path / "acme.yaml"
    file.write_text(yaml.safe_dump({"tenant": "acme", "jobs": jobs}))

    first = apply_declaration(session.connection, read_declaration(file), Permissions(), lambda _: True)
    exported = export_tenant(session.connection, "acme")
    file.write_text(exported)
    second = apply_declaration(session.connection, read_declaration(file), Permissions(), lambda _: True)

    assert set(first.changes) == {"jobs.refresh_scores: new", "jobs.old_events: new"}
    assert yaml.safe_load(exported)["jobs"] == jobs
    assert second.is_empty


def test_a_file_with_a_schedule_nobody_can_read_is_refused_with_place_and_hint(tmp_path):
    file = tmp_path / "acme.yaml"
    file.write_text(yaml.safe_dump({"tenant": "acme", "jobs": {"refresh_scores": {"schedule": "61 * * * *"}}}))

    with pytest.raises(UsageError) as caught:
        read_declaration(file)

    assert "jobs.refresh_scores.schedule" in caught.value.detail
    assert "bad minute" in caught.value.detail
    assert '"30 3 * * *"' in caught.value.detail


def test_they_go_with_a_dump_and_what_became_of_runs_does_not(connect, tmp_path):
    session = connect(autocommit=True)
    session.call("c360.set_job", "acme", "refresh_scores", "0 4 * * *")
    session.call("c360.run_job", "acme", "refresh_scores")

    dump_tenant(session.connection, "acme", tmp_path / "acme.c360", lambda *_: None)
    restore_tenant(session.connection, tmp_path / "acme.c360", "acme_two", lambda *_: None)

    assert listed(session, "acme_two")["refresh_scores"]["schedule"] == "0 4 * * *"
    assert session.call_rows("c360.job_history", "acme_two") == []
    assert len(session.call_rows("c360.job_history", "acme")) == 1


def test_they_go_with_their_tenant(connect, globex):
    session = connect(autocommit=True)
    session.call("c360.set_job", "globex", "refresh_scores", "0 4 * * *")
    session.call("c360.run_job", "globex", "refresh_scores")

    session.execute("SET ROLE c360_owner")
    session.call("c360.drop_tenant", "globex", "globex")

    for table in ("jobs", "job_states", "job_runs"):
        assert session.value(f"SELECT count(*) FROM c360.{table} WHERE tenant = 'globex'") == 0
