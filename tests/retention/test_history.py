"""Former versions of golden records go; the present one, and an honest answer about the past, stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from support.observations import master_of, observe, resolve

T0 = datetime(2024, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def versions(db, profile_id):
    return db.column(
        "SELECT version FROM tenant_acme.cdp_profile_history WHERE master_profile_id = %s ORDER BY version", profile_id
    )


def aged(db, profile_id, *days):
    """Dates the versions of a golden record, first to last, in days after T0; it was made with the first."""
    for version, day in enumerate(days, start=1):
        db.execute(
            "UPDATE tenant_acme.cdp_profile_history SET valid_from = %s WHERE master_profile_id = %s AND version = %s",
            T0 + day * DAY,
            profile_id,
            version,
        )
    db.execute("SELECT set_config('c360.internal_write', 'on', true)")
    db.execute(
        "UPDATE tenant_acme.cdp_master_profiles SET created_at = %s WHERE master_profile_id = %s",
        T0 + days[0] * DAY,
        profile_id,
    )
    db.execute("SELECT set_config('c360.internal_write', '', true)")


def customer(db, name, *days):
    """A golden record with a version for each day: its first name is name0, name1, ..."""
    for number in range(len(days)):
        raw = observe(db, user_id=name, day=number, traits={"firstName": f"{name}{number}"})
        resolve(db)
    profile_id = master_of(db, raw)
    aged(db, profile_id, *days)
    assert versions(db, profile_id) == list(range(1, len(days) + 1))
    return profile_id


def as_of(db, profile_id, day):
    return db.call("c360.profile_as_of", "acme", profile_id, T0 + day * DAY)["first_name"]


def at(day):
    return (T0 + day * DAY).isoformat()


def test_the_version_in_force_at_the_border_stays_and_everything_since_can_be_asked_for(db, keep, look, run):
    lan = customer(db, "lan", 0, 10, 20, 30)
    keep(db, "history", 10)
    before = {day: as_of(db, lan, day) for day in range(15, 36)}

    found = look(db, "history", at=at(25))
    assert versions(db, lan) == [1, 2, 3, 4]
    done = run(db, "history", at=at(25))

    assert (found["removed"], done["removed"]) == (1, 1)
    assert versions(db, lan) == [2, 3, 4]
    assert {day: as_of(db, lan, day) for day in range(15, 36)} == before


def test_the_present_version_stays_however_old_it_is(db, keep, run):
    lan = customer(db, "lan", 0)
    minh = customer(db, "minh", 0, 1)
    keep(db, "history", 1)

    run(db, "history", at=at(100))

    assert (versions(db, lan), versions(db, minh)) == ([1], [2])
    assert as_of(db, lan, 0) == "lan0"
    assert as_of(db, minh, 50) == "minh1"


def test_a_moment_before_what_is_kept_is_told_from_one_before_the_customer_existed(db, keep, run, refused):
    lan = customer(db, "lan", 5, 10, 20)
    keep(db, "history", 10)
    run(db, "history", at=at(40))

    db.execute("SAVEPOINT asked")
    with refused("U2410"):
        as_of(db, lan, 7)
    db.execute("ROLLBACK TO asked")
    with refused("U2404"):
        as_of(db, lan, 4)
    db.execute("ROLLBACK TO asked")
    assert as_of(db, lan, 20) == "lan2"


def test_the_answer_about_the_past_is_the_same_before_and_after_where_it_is_kept_longer_than_it_must(db, keep, run):
    """Of a customer who did not change, also moments before the border can be told."""
    lan = customer(db, "lan", 0, 10)
    keep(db, "history", 1)
    run(db, "history", at=at(100))

    assert as_of(db, lan, 15) == "lan1"


def test_an_absorbed_customer_still_leads_to_the_survivor(db, keep, run):
    first = customer(db, "lan", 0, 5)
    second = customer(db, "minh", 0, 5)
    db.call("c360.merge_profiles", "acme", first, second, "same person")
    gone, survivor = db.row(
        "SELECT master_profile_id, merged_into FROM tenant_acme.cdp_master_profiles WHERE status = 'merged'"
    )
    aged(db, gone, 0, 5, 8)
    aged(db, survivor, 0, 5, 8)
    keep(db, "history", 1)

    run(db, "history", at=at(100))

    assert versions(db, gone) == [3]
    answer = db.call("c360.profile_as_of", "acme", gone, T0 + 50 * DAY)
    assert (answer["profile_id"], answer["redirected"]) == (str(survivor), True)


def test_small_steps_and_later_runs_come_to_the_same_as_one(db, keep, run, look):
    profiles = [customer(db, f"c{number}", 0, number, 10 + number, 20 + number) for number in range(1, 6)]
    keep(db, "history", 1)

    for day in range(0, 40, 3):
        found = look(db, "history", at=at(day))
        done = run(db, "history", at=at(day), limit=1)
        assert done["removed"] == found["removed"]
        assert look(db, "history", at=at(day))["removed"] == 0
        for profile_id in profiles:
            assert versions(db, profile_id)[-1] == 4

    assert [versions(db, profile_id) for profile_id in profiles] == [[4]] * 5


def test_keeping_shorter_catches_up_and_forgetting_the_position_changes_nothing(db, keep, run):
    lan = customer(db, "lan", 0, 10, 20, 30)
    keep(db, "history", 85)
    run(db, "history", at=at(100))
    assert versions(db, lan) == [2, 3, 4]

    keep(db, "history", 60)
    run(db, "history", at=at(100))
    assert versions(db, lan) == [4]

    db.execute("DELETE FROM c360.retention_states")
    assert run(db, "history", at=at(100))["removed"] == 0


def test_what_a_run_reads_is_found_by_index(db, keep, run):
    customer(db, "lan", 0, 10, 20)
    keep(db, "history", 10)
    # So small a table is scanned otherwise.
    db.execute("SET LOCAL enable_seqscan = off")
    db.execute("SET LOCAL enable_bitmapscan = off")

    db.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    db.execute(
        "PREPARE step (jsonb) AS SELECT FROM tenant_acme.cdp_profile_history AS later"
        " WHERE later.version > 1 AND later.valid_from <= now()"
        " AND (later.valid_from, later.master_profile_id, later.version)"
        " > (coalesce(($1 ->> 'valid_from')::timestamptz, '-infinity'), coalesce(($1 ->> 'master_profile_id')::uuid,"
        " '00000000-0000-0000-0000-000000000000'), coalesce(($1 ->> 'version')::integer, 0))"
        " ORDER BY later.valid_from, later.master_profile_id, later.version LIMIT 10"
    )
    plan = "\n".join(db.column("EXPLAIN EXECUTE step ('{}')"))

    assert "cdp_profile_history_replacing_idx" in plan
    assert "Sort" not in plan
    assert "ROW(valid_from, master_profile_id, version) > ROW(" in plan.split("Index Cond")[1]


def test_a_rebuild_after_retention_changes_nothing(db, keep, run):
    lan = customer(db, "lan", 0, 10, 20)
    keep(db, "history", 1)
    run(db, "history", at=at(100))
    before = db.value(
        "SELECT to_jsonb(p.*) - 'refreshed_at' FROM tenant_acme.cdp_profiles AS p WHERE master_profile_id = %s", lan
    )

    db.call("c360.rebuild_identities", "acme")

    assert (
        db.value(
            "SELECT to_jsonb(p.*) - 'refreshed_at' FROM tenant_acme.cdp_profiles AS p WHERE master_profile_id = %s", lan
        )
        == before
    )
