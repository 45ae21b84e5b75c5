"""Who runs what and when: once each, once for many times missed, again after a worker was lost; what doctor says."""

from __future__ import annotations

import pytest

from jobs.conftest import ONCE_A_YEAR

LEASE = "2 minutes"


def at(db, minutes):
    return db.value("SELECT now() + make_interval(secs => %s * 60)", minutes)


def claim(db, *, minutes=0, worker="w1", limit=5):
    return db.call_rows("c360.claim_jobs", worker, limit, LEASE, at(db, minutes))


def history(db):
    return [(run["status"], run["attempt"]) for run in reversed(db.call_rows("c360.job_history", "acme"))]


def findings(db, minutes=0):
    return [row for row in db.call_rows("c360.doctor", at(db, minutes)) if row["subject"] == "tenant acme"]


def test_every_enabled_job_is_planned_once_and_again_when_its_schedule_or_zone_changes(db):
    def unplanned():
        return {row["job"]: row for row in db.call_rows("c360.jobs_to_plan") if row["tenant"] == "acme"}

    def plan(row, due):
        return db.call("c360.plan_job", "acme", row["job"], row["schedule"], row["time_zone"], due, None)

    for row in (waiting := unplanned()).values():
        assert plan(row, at(db, 60))
    assert set(waiting) == {
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
    assert unplanned() == {}
    assert not plan(waiting["refresh_scores"], at(db, 5))

    db.call("c360.set_job", "acme", "refresh_scores", "1 1 * * *")
    assert set(unplanned()) == {"refresh_scores"}
    db.execute("UPDATE c360.tenants SET time_zone = 'Asia/Tokyo' WHERE tenant = 'acme'")
    assert len(unplanned()) == 9
    db.call("c360.set_job", "acme", "refresh_scores", p_is_enabled=False)
    assert set(unplanned()) == set(waiting) - {"refresh_scores"}


def test_times_missed_are_caught_up_once(db, make_due):
    make_due(db, "refresh_scores", due=at(db, -3 * 24 * 60))

    (run,) = claim(db)
    db.call("c360.run_job_step", run["job_run_id"])
    db.call("c360.finish_job_run", run["job_run_id"], 1, {})

    assert run["late_seconds"] == pytest.approx(3 * 24 * 3600)
    assert claim(db) == []
    # Who plans from before the claim, because they were slow, does not bring the time back.
    assert not db.call("c360.plan_job", "acme", "refresh_scores", ONCE_A_YEAR, "UTC", at(db, -1), None)
    assert db.call("c360.plan_job", "acme", "refresh_scores", ONCE_A_YEAR, "UTC", at(db, 1), None)
    assert len(claim(db, minutes=2)) == 1


def test_a_job_that_is_running_is_not_taken_again_when_it_is_due(db, make_due):
    make_due(db, "refresh_scores")
    (run,) = claim(db)
    db.call("c360.plan_job", "acme", "refresh_scores", ONCE_A_YEAR, "UTC", at(db, 1), None)

    assert claim(db, minutes=1.5) == []
    db.call("c360.renew_job_run", run["job_run_id"], LEASE, at(db, 1.5))
    assert claim(db, minutes=3) == []


def test_two_workers_at_once_take_a_job_once(connect, make_due, in_background):
    one, other, third = connect(), connect(), connect(autocommit=True)
    make_due(third, "refresh_scores")

    (mine,) = claim(one)
    theirs = claim(other, worker="w2")
    other.commit()
    one.commit()

    assert (mine["job"], theirs) == ("refresh_scores", [])
    assert claim(third, worker="w3") == []
    assert history(third) == [("running", 1)]


def test_two_workers_at_once_take_up_a_lost_run_once(connect, make_due):
    one, other, third = connect(), connect(), connect(autocommit=True)
    make_due(third, "refresh_scores")
    claim(third)
    later = at(third, 10)

    (mine,) = one.call_rows("c360.claim_jobs", "w1", 5, LEASE, later)
    assert other.call_rows("c360.claim_jobs", "w2", 5, LEASE, later) == []
    other.commit()
    one.commit()

    assert other.call_rows("c360.claim_jobs", "w2", 5, LEASE, later) == []
    other.commit()
    assert mine["job"] == "refresh_scores"
    assert history(third) == [("lost", 1), ("running", 2)]


def test_many_workers_and_many_jobs_each_is_taken_once(connect, make_due, in_background):
    session = connect(autocommit=True)
    for number in range(12):
        make_due(session, f"job{number}", kind="refresh_scores")

    def work(place):
        own, taken = connect(autocommit=True), []
        while found := claim(own, worker=f"w{place}", limit=2):
            taken += [run["job"] for run in found]
        return taken

    taken = [job for done in [in_background(work, place) for place in range(4)] for job in done.result()]

    assert sorted(taken) == sorted(f"job{number}" for number in range(12))


def test_a_run_whose_lease_is_over_is_lost_and_done_again_three_times_at_most(db, make_due):
    make_due(db, "refresh_scores")

    attempts = [claim(db, minutes=10 * turn) for turn in range(5)]

    assert [len(found) for found in attempts] == [1, 1, 1, 0, 0]
    assert history(db) == [("lost", 1), ("lost", 2), ("lost", 3)]
    (finding,) = findings(db)
    assert "lost with its worker 3 times" in finding["finding"]


def test_who_lost_a_run_cannot_go_on_with_it(db, make_due, refused):
    make_due(db, "refresh_scores")
    (first,) = claim(db)
    (second,) = claim(db, minutes=10)

    assert db.call("c360.renew_job_run", first["job_run_id"], LEASE) is False
    assert db.call("c360.finish_job_run", first["job_run_id"], 1, {}) is False
    assert db.call("c360.renew_job_run", second["job_run_id"], LEASE) is True
    with refused("U4443"):
        db.call("c360.run_job_step", first["job_run_id"])


def test_a_worker_given_up_for_lost_keeps_others_out_while_its_step_still_runs(connect, make_due):
    slow, other = connect(), connect(autocommit=True)
    make_due(other, "refresh_scores")
    (run,) = claim(slow)
    slow.commit()
    slow.call("c360.run_job_step", run["job_run_id"])

    assert claim(other, minutes=10) == []
    slow.commit()
    assert len(claim(other, minutes=10)) == 1


def test_a_job_removed_or_switched_off_or_of_a_suspended_tenant_is_not_taken(db, make_due):
    make_due(db, "once", kind="refresh_scores")
    db.call("c360.set_job", "acme", "once", p_is_enabled=False)
    assert claim(db) == []
    db.call("c360.set_job", "acme", "once", p_is_enabled=True)
    db.execute("UPDATE c360.tenants SET status = 'suspended', suspended_at = now() WHERE tenant = 'acme'")
    assert claim(db) == []
    db.execute("UPDATE c360.tenants SET status = 'active', suspended_at = NULL WHERE tenant = 'acme'")
    db.call("c360.remove_job", "acme", "once")
    assert claim(db) == []


def test_a_job_switched_off_for_a_while_does_not_catch_up(db, make_due):
    make_due(db, "once", kind="refresh_scores")
    db.call("c360.set_job", "acme", "once", p_is_enabled=False)
    db.call_rows("c360.jobs_to_plan")
    db.call("c360.set_job", "acme", "once", p_is_enabled=True)

    assert claim(db) == []


def test_arguments_reach_the_function(db, make_due):
    db.call("c360.set_retention", "acme", "events", "400 days")
    make_due(db, "old_events", kind="apply_retention", arguments={"kind": "events"})
    (run,) = claim(db)

    answer = db.call("c360.run_job_step", run["job_run_id"])

    assert set(answer["kinds"]) == {"events"}


def test_what_sql_took_and_nobody_can_read_is_shown_and_a_new_schedule_ends_it(db):
    db.call("c360.set_job", "acme", "refresh_scores", "61 * * * *")
    db.call("c360.plan_job", "acme", "refresh_scores", "61 * * * *", "UTC", None, "bad minute")

    (finding,) = findings(db)
    assert "refresh_scores" in finding["finding"]
    assert "bad minute" in finding["finding"]
    assert "c360 job set acme refresh_scores" in finding["remedy"]
    db.call("c360.set_job", "acme", "refresh_scores", "1 * * * *")
    assert findings(db) == []


def test_a_failure_is_shown_with_job_code_and_hint_until_it_went_well(db, make_due):
    make_due(db, "refresh_scores")
    (run,) = claim(db)
    db.call("c360.finish_job_run", run["job_run_id"], 0, None, "U4423", "Resume it first.")

    (finding,) = findings(db)
    assert "refresh_scores failed" in finding["finding"]
    assert "U4423" in finding["finding"]
    assert "Resume it first." in finding["remedy"]
    db.call("c360.run_job", "acme", "refresh_scores")
    assert findings(db) == []


def test_what_is_due_and_nobody_runs_is_shown(db, make_due):
    make_due(db, "refresh_scores")

    assert findings(db) == []
    (finding,) = findings(db, minutes=30)
    assert "nobody runs it" in finding["finding"]


def test_a_person_runs_a_job_in_steps_and_keeps_workers_out_meanwhile(db, refused, make_due):
    db.call("c360.set_retention", "acme", "rejected_events", "1 day")
    bad = [{"type": "nonsense"}] * 100
    for _ in range(51):
        db.call("c360.ingest", "acme", {"batch": bad}, "web", "2020-01-01T00:00:00Z")
    make_due(db, "apply_retention")

    first = db.call("c360.run_job", "acme", "apply_retention")
    assert first["has_more"]
    assert claim(db) == []
    db.execute("SAVEPOINT before")
    with refused("U4442"):
        db.call("c360.run_job", "acme", "apply_retention")
    db.execute("ROLLBACK TO before")
    second = db.call("c360.run_job", "acme", "apply_retention", first["job_run_id"])

    assert not second["has_more"]
    (run,) = db.call_rows("c360.job_history", "acme")
    assert (run["status"], run["cause"], run["step_count"]) == ("succeeded", "person", 2)
    assert len(claim(db)) == 1


def test_a_person_who_leaves_between_two_steps_is_given_up_and_nobody_goes_on_for_them(db):
    db.call("c360.set_job", "acme", "refresh_scores", p_is_enabled=False)
    db.call("c360.run_job", "acme", "refresh_scores")
    db.execute(
        "UPDATE c360.job_runs SET status = 'running', finished_at = NULL, lease_until = now() - interval '1 minute'"
    )

    assert claim(db) == []
    assert history(db) == [("lost", 1)]


def test_unknown_jobs_and_runs_are_refused(db, refused):
    db.execute("SAVEPOINT before")
    for code, arguments in (("U4441", ("nothing",)), ("U4443", ("refresh_scores", 17))):
        with refused(code):
            db.call("c360.run_job", "acme", *arguments)
        db.execute("ROLLBACK TO before")
    with refused("U4443"):
        db.call("c360.run_job_step", 17)


def test_the_history_is_bounded_and_keeps_what_is_running(db, make_due):
    db.call("c360.run_job", "acme", "refresh_scores")
    make_due(db, "apply_retention")
    claim(db)
    db.execute("UPDATE c360.job_runs SET claimed_at = now() - interval '91 days'")

    looked = db.call("c360.apply_retention", "acme", "job_runs", p_dry_run=True)
    done = db.call("c360.apply_retention", "acme", "job_runs")

    assert looked["kinds"]["job_runs"]["removed"] == done["kinds"]["job_runs"]["removed"] == 1
    assert history(db) == [("running", 1)]
