"""`c360 job`: what a person types, what changes, and what is only shown."""

import json

import pytest


@pytest.fixture
def session(connect):
    return connect(autocommit=True)


@pytest.fixture
def job(c360, database):
    """job("list", ...) runs `c360 job list acme ...` on the database of the test."""

    def run(command, *arguments):
        return c360("job", command, "acme", *arguments, C360_DSN=database.dsn)

    return run


def listed(job):
    return {one["job"]: one for one in json.loads(job("list", "--json").stdout)}


def test_set_adds_and_changes_and_list_shows(job):
    done = job("set", "old", "--kind", "apply_retention", "--schedule", "0 5 * * SUN", "--argument", "kind=events")
    again = job("set", "old", "--disable", "--json")

    assert done.returncode == 0, done.stderr
    assert "0 5 * * SUN in UTC" in done.stderr
    assert json.loads(again.stdout)["changed"] is True
    old = listed(job)["old"]
    assert (old["kind"], old["arguments"], old["is_enabled"]) == ("apply_retention", {"kind": "events"}, False)
    shown = job("list").stdout
    assert "apply_retention kind=events" in shown
    assert "disabled" in shown


@pytest.mark.parametrize("schedule", ["61 * * * *", "every day", "* * * * * *", ""])
def test_a_schedule_nobody_can_read_is_refused_before_anything_is_done(job, session, schedule):
    done = job("set", "refresh_scores", "--schedule", schedule)

    assert done.returncode == 2
    assert done.stderr.startswith("U4440: ")
    assert '"30 3 * * *"' in done.stderr
    assert session.value("SELECT count(*) FROM c360.jobs") == 0


def test_unknown_kinds_arguments_and_jobs_are_refused_with_code_and_hint(job):
    kind = job("set", "one", "--kind", "drop_tenant", "--schedule", "* * * * *")
    argument = job("set", "refresh_scores", "--argument", "as_of=now")
    bare = job("set", "refresh_scores", "--argument", "as_of")
    missing = job("run", "nothing")

    assert (kind.returncode, "U4440" in kind.stderr, "refresh_scores" in kind.stderr) == (1, True, True)
    assert (argument.returncode, "take no arguments" in argument.stderr) == (1, True)
    assert bare.returncode == 2
    assert (missing.returncode, "U4441" in missing.stderr, "c360 job list acme" in missing.stderr) == (1, True, True)


def test_run_does_it_in_steps_and_history_shows_it(job, session):
    session.call("c360.set_retention", "acme", "rejected_events", "1 day")
    for _ in range(51):
        session.call("c360.ingest", "acme", {"batch": [{"type": "nonsense"}] * 100}, "web", "2020-01-01T00:00:00Z")

    done = job("run", "apply_retention", "--json")
    (run,) = json.loads(job("history", "apply_retention", "--json").stdout)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["has_more"] is False
    assert (run["status"], run["cause"], run["step_count"], run["run_by"]) == ("succeeded", "person", 2, "dba")
    assert session.value("SELECT count(*) FROM tenant_acme.cdp_rejected_events") == 0
    assert "succeeded" in job("history").stdout
    assert "is done" in job("run", "refresh_scores").stderr


def test_remove_takes_back_what_was_set(job, session):
    job("set", "refresh_scores", "--schedule", "0 4 * * *")

    assert json.loads(job("remove", "refresh_scores", "--yes", "--json").stdout)["removed"] is True
    default = job("remove", "refresh_scores", "--yes")
    assert (default.returncode, "--disable" in default.stderr) == (1, True)
    assert "there was none" in job("remove", "nothing", "--yes").stderr


def test_dry_runs_print_sql_that_does_it(job, session):
    job("set", "gone", "--kind", "refresh_scores", "--schedule", "0 4 * * *")
    setting = job(
        "set", "old", "--kind", "apply_retention", "--schedule", "0 5 * * *", "--argument", "kind=events", "--dry-run"
    )
    removing = job("remove", "gone", "--dry-run")
    running = job("run", "refresh_scores", "--dry-run")

    assert session.column("SELECT job FROM c360.jobs") == ["gone"]
    for done in (setting, removing, running):
        session.execute(done.stdout)
    assert session.rows("SELECT job, arguments FROM c360.jobs") == [("old", {"kind": "events"})]
    assert session.column("SELECT job FROM c360.job_runs") == ["refresh_scores"]


def test_doctor_shows_a_job_that_failed(c360, job, session, database):
    session.execute(
        "INSERT INTO c360.job_runs (tenant, job, kind, cause, due_at, claimed_at, lease_until, finished_at, status,"
        " error_code, error_hint, run_by) VALUES ('acme', 'refresh_scores', 'refresh_scores', 'schedule',"
        " now(), now(), now(), now(), 'failed', '55P03', 'Somebody holds a lock.', 'w1')"
    )

    found = json.loads(c360("doctor", "--json", C360_DSN=database.dsn).stdout)

    (finding,) = [one for one in found if one["subject"] == "tenant acme"]
    assert "refresh_scores" in finding["finding"]
    assert "55P03" in finding["finding"]
    assert "Somebody holds a lock." in finding["remedy"]
    assert "c360 job run acme refresh_scores" in finding["remedy"]
