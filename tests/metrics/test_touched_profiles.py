"""The queue of golden records for which something follows: every change notes them, each is worked out once."""

from __future__ import annotations

from c360.governance.tenants import as_owner
from support.events import identify, ingest, track
from support.observations import master_of, observe, resolve
from support.shop import Shop

QUEUE = "SELECT master_profile_id FROM tenant_acme.cdp_touched_profiles"


def touched(db):
    return set(db.column(QUEUE))


def refresh(db, limit=2000):
    """All that is to be done, a step at a time; answers how many golden records that were."""
    count = 0
    while True:
        step = db.call("c360.refresh_profiles", "acme", limit)
        count += step["profiles"]
        if not step["has_more"]:
            return count


def two_people(db):
    """Two observations that are two persons, all of it worked out."""
    raws = observe(db, user_id="lan"), observe(db, user_id="minh")
    resolve(db)
    refresh(db)
    return raws


def test_a_new_golden_record_is_noted_and_taken_once(db):
    raw = observe(db, user_id="lan")
    resolve(db)
    assert touched(db) == {master_of(db, raw)}

    assert refresh(db) == 1

    assert touched(db) == set()
    assert refresh(db) == 0


def test_an_event_alone_notes_its_golden_record(db):
    raws = two_people(db)

    ingest(db, {**track("Clicked", "m1"), "anonymousId": None, "userId": "lan"})
    resolve(db)

    assert touched(db) & {master_of(db, raw) for raw in raws} == {master_of(db, raws[0])}


def test_both_sides_of_a_merge_and_of_a_split_are_noted(db):
    raws = two_people(db)
    apart = {master_of(db, raw) for raw in raws}

    db.call("c360.set_link_override", "acme", "must_link", [raws[0]], [raws[1]], "same person")
    resolve(db)
    assert touched(db) == apart
    refresh(db)

    db.call(
        "c360.remove_link_override", "acme", db.value("SELECT link_override_id FROM tenant_acme.cdp_link_overrides")
    )
    resolve(db)

    assert touched(db) == apart | {master_of(db, raw) for raw in raws}


def test_what_a_person_writes_into_a_golden_record_is_noted(db):
    lan, minh = (master_of(db, raw) for raw in two_people(db))

    db.execute("UPDATE tenant_acme.cdp_master_profiles SET first_name = 'Lan' WHERE master_profile_id = %s", lan)
    resolve(db)

    assert (lan in touched(db), minh in touched(db)) == (True, False)


def test_a_person_who_was_erased_is_noted_once_more_and_leaves(connect):
    db = connect(autocommit=True)
    ingest(db, identify("lan", "m1", email="lan@shop.vn"))
    resolve(db)
    [lan] = touched(db)

    db.call("c360.erase_profile", "acme", "profile_id", str(lan), "case 7")

    assert lan in touched(db)
    refresh(db)
    assert touched(db) == set()


def test_scores_that_changed_note_their_golden_records(db):
    shop = Shop(db)
    buyer, other = shop.customer(), shop.customer()
    shop.order(buyer, "2026-06-01", order_id="o1", total=5)
    db.call("c360.refresh_scores", "acme", "2026-06-30")
    assert (buyer.profile_id in touched(db), other.profile_id in touched(db)) == (True, False)
    refresh(db)

    db.call("c360.refresh_scores", "acme", "2026-06-30")

    assert touched(db) == set()


def test_golden_records_from_before_the_upgrade_are_worked_out_a_step_at_a_time(db):
    for number in range(7):
        observe(db, user_id=f"u{number}")
    resolve(db)
    with as_owner(db.connection):
        db.execute("DELETE FROM tenant_acme.cdp_touched_profiles")

    assert [db.call("c360.refresh_profiles", "acme", 3)["profiles"] for _ in range(4)] == [3, 3, 1, 0]


def test_what_is_rolled_back_is_still_to_be_done(connect):
    db = connect()
    raw = observe(db, user_id="lan")
    resolve(db)
    db.commit()

    refresh(db)
    db.rollback()

    assert touched(db) == {master_of(db, raw)}


def test_one_session_at_a_time_works_and_a_change_meanwhile_is_not_lost(connect):
    working, other = connect(), connect(autocommit=True)
    observe(other, user_id="lan")
    resolve(other)
    refresh(working)

    observe(other, user_id="minh")
    resolve(other)
    assert other.call("c360.refresh_profiles", "acme") == {"profiles": 0, "has_more": False, "busy": True}
    working.commit()

    assert refresh(other) == 1


def test_an_erasure_and_the_worker_take_turns(connect, in_background, wait_until_blocked):
    working, eraser = connect(), connect()
    ingest(eraser, identify("lan", "m1"))
    resolve(eraser)
    eraser.commit()
    [lan] = touched(eraser)
    eraser.commit()

    refresh(working)
    erasing = in_background(eraser.call, "c360.erase_profile", "acme", "profile_id", str(lan), "case 7")
    wait_until_blocked(eraser)
    working.commit()

    assert erasing.result()["profile_id"] == str(lan)
