"""Touching what changed gives the same members as looking at everybody, whatever happened; two sessions do no harm."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from c360.governance import sync_tenant
from c360.governance.tenants import as_owner
from support.events import ingest, track
from support.observations import resolve

PEOPLE = ["an", "binh", "chi", "dung"]
CONDITIONS = {
    "home": "city = 'Hue'",
    "buyers": "event_count('Order Completed', '30 days') >= 2 OR has_event('Order Completed', '2 days')",
    "strangers": "NOT in_segment('home') AND city IS NOT NULL",
    "either": "in_segment('buyers') OR in_segment('strangers')",
    "quiet": "days_since(last_seen_at) > 20 OR last_seen_at IS NULL",
}
person = st.sampled_from(PEOPLE)
step = st.one_of(
    st.tuples(st.just("know"), person, st.sampled_from(["Hue", "Hanoi"])),
    st.tuples(st.just("buy"), person, st.sampled_from([0, 1, 10, 25, 40])),
    st.tuples(st.just("same"), person, person),
    st.tuples(st.just("apart"), person, person),
    st.tuples(st.just("erase"), person, st.none()),
    st.tuples(st.just("touch"), st.none(), st.none()),
    st.tuples(st.just("pass"), st.none(), st.none()),
)


def refresh(segments):
    while segments.db.call("c360.refresh_profiles", "acme", 2)["has_more"]:
        pass


def whole(segments, name):
    """Who a condition holds for, of everybody."""
    with as_owner(segments.db.connection):
        return set(
            segments.db.column(
                f"SELECT tenant_acme._segment_{name}(ARRAY(SELECT own.master_profile_id"
                " FROM tenant_acme.cdp_master_profiles AS own))"
            )
        )


def kept(segments, name):
    return set(segments.db.column("SELECT master_profile_id FROM tenant_acme.segment_members(%s, NULL, 10000)", name))


def profile_of(segments, who):
    """The golden record of a user id; None for nobody known."""
    return segments.db.value(
        "SELECT master_profile_id FROM tenant_acme.cdp_profile_identifiers"
        " WHERE identifier_type = 'user_id' AND value = %s",
        who,
    )


def do(segments, number, action, who, what):
    if action == "know":
        segments.know(who, city=what)
    elif action == "buy":
        at = (datetime.now(UTC) - timedelta(days=what, hours=1)).isoformat()
        ingest(segments.db, track("Order Completed", f"o{number}-{uuid.uuid4()}", userId=who, timestamp=at))
        resolve(segments.db)
    elif action == "same":
        first, second = profile_of(segments, who), profile_of(segments, what)
        if None not in (first, second) and first != second:
            segments.db.call("c360.merge_profiles", "acme", first, second)
            resolve(segments.db)
    elif action == "apart":
        profile = profile_of(segments, who)
        raws = segments.db.column(
            "SELECT raw_profile_id FROM tenant_acme.cdp_profile_links WHERE master_profile_id = %s ORDER BY 1", profile
        )
        if len(raws) > 1:
            segments.db.call("c360.split_profile", "acme", profile, raws[-1:])
            resolve(segments.db)
    elif action == "erase":
        found = profile_of(segments, who)
        if found is not None:
            segments.db.call("c360.erase_profile", "acme", "profile_id", str(found), "case 1")
            resolve(segments.db)
    elif action == "touch":
        refresh(segments)
    else:
        segments.fill(limit=2, at=datetime.now(UTC).isoformat())


def replayed(segments, name):
    """Who is in after all that the history says; it enters and leaves in turns."""
    members = set()
    for profile, change in segments.db.rows(
        "SELECT master_profile_id, change FROM tenant_acme.segment_history(%s, NULL, NULL, 10000) ORDER BY change_id",
        name,
    ):
        assert (profile in members) == (change == "left")
        members ^= {profile}
    return members


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(early=st.lists(step, max_size=6), late=st.lists(step, min_size=3, max_size=14))
def test_touching_gives_what_looking_at_everybody_gives(segments, early, late):
    with segments.db.connection.transaction(force_rollback=True):
        segments.db.execute("UPDATE c360.tenants SET keeps_erased_out = false WHERE tenant = 'acme'")
        for number, one in enumerate(early):
            do(segments, number, *one)
        for name, condition in CONDITIONS.items():
            segments.put(name, condition, filled=False)
        for number, one in enumerate(late):
            do(segments, 100 + number, *one)
        segments.fill(limit=3, at=datetime.now(UTC).isoformat())
        refresh(segments)

        for name in CONDITIONS:
            assert kept(segments, name) == whole(segments, name), name
            assert replayed(segments, name) == kept(segments, name), name


def test_who_is_merged_leaves_with_the_reason_and_who_is_split_enters(segments):
    segments.know("an", city="Hue")
    segments.know("binh", city="Hue")
    segments.put("home", "city = 'Hue'")
    segments.fill()
    first, second = segments.id_of("an"), segments.id_of("binh")

    segments.db.call("c360.merge_profiles", "acme", first, second)
    resolve(segments.db)
    refresh(segments)

    assert len(segments.members("home")) == 1
    assert segments.told() == [("segment.left", "home", "merge")]

    [raw] = segments.db.column(
        "SELECT max(raw_profile_id) FROM tenant_acme.cdp_raw_profiles WHERE identifiers ->> 'user_id' = 'binh'"
    )
    segments.db.call("c360.split_profile", "acme", segments.id_of("binh"), [raw])
    resolve(segments.db)
    refresh(segments)

    assert segments.members("home") == {"an", "binh"}
    assert segments.told()[1:] == [("segment.entered", "home", "event")]


def test_who_is_erased_is_forgotten_at_once_and_without_a_word(segments):
    segments.know("an", city="Hue")
    segments.know("binh", city="Hue")
    segments.put("home", "city = 'Hue'")

    done = segments.db.call("c360.erase_profile", "acme", "user_id", "an", "case 1")
    refresh(segments)

    assert done["tables"]["cdp_segment_members"] == 1
    assert segments.members("home") == {"binh"}
    assert segments.db.value("SELECT count(*) FROM tenant_acme.cdp_segment_changes") == 1
    assert segments.told() == []


def test_one_session_looks_at_everybody_and_the_others_do_something_else(connect, segments_of):
    first, second = connect(), connect()
    segments_of(first).know("an", city="Hue")
    segments_of(first).put("home", "city = 'Hue'", filled=False)
    first.commit()

    first.call("c360.refresh_segments", "acme")
    answer = second.call("c360.refresh_segments", "acme")

    assert answer == {"profiles": 0, "entered": 0, "left": 0, "has_more": False, "busy": True}


def test_a_change_during_a_pass_is_not_lost(connect, segments_of, in_background, wait_until_blocked):
    passing, worker = connect(), connect()
    ours, theirs = segments_of(passing), segments_of(worker)
    ours.know("an", city="Hue")
    ours.put("home", "city = 'Hue'", filled=False)
    refresh(ours)
    passing.commit()
    theirs.minutes = 10
    theirs.know("an", city="Hanoi")
    worker.commit()

    passing.call("c360.refresh_segments", "acme")
    touching = in_background(refresh, theirs)
    wait_until_blocked(worker)
    passing.commit()
    touching.result()
    worker.commit()
    ours.fill()

    assert ours.members("home") == set()


def test_an_erasure_and_a_pass_take_turns(connect, segments_of, in_background, wait_until_blocked):
    passing, eraser = connect(), connect()
    ours = segments_of(passing)
    ours.know("an", city="Hue")
    ours.put("home", "city = 'Hue'", filled=False)
    passing.commit()

    passing.call("c360.refresh_segments", "acme")
    erasing = in_background(eraser.call, "c360.erase_profile", "acme", "user_id", "an", "case 1")
    wait_until_blocked(eraser)
    passing.commit()
    erasing.result()
    eraser.commit()

    for table in ("members", "changes"):
        assert passing.value(f"SELECT count(*) FROM tenant_acme.cdp_segment_{table}") == 0


def restated(session):
    """Another condition, as an administrator states it and `c360 tenant sync` puts it into force."""
    session.call("c360.set_segment", "acme", "home", "city = 'Hanoi'")
    sync_tenant(session.connection, "acme")


@pytest.fixture
def neighbours(connect, segments_of):
    """Two sessions, and a segment with a condition that nobody has been looked at with."""
    passing, syncing = connect(), connect()
    ours = segments_of(passing)
    ours.know("an", city="Hue")
    ours.know("binh", city="Hanoi")
    ours.put("home", "city = 'Hue'", filled=False)
    passing.commit()
    return ours, passing, syncing


def test_a_sync_waits_for_a_pass_and_its_condition_holds(neighbours, in_background, wait_until_blocked):
    ours, passing, syncing = neighbours

    passing.call("c360.refresh_segments", "acme")
    restating = in_background(restated, syncing)
    wait_until_blocked(syncing)
    passing.commit()
    restating.result()
    syncing.commit()

    assert ours.state("home")["status"] == "filling"
    ours.fill()
    assert ours.members("home") == {"binh"}


def test_a_pass_that_meets_a_sync_does_not_settle_the_new_condition(neighbours, in_background, wait_until_blocked):
    ours, passing, syncing = neighbours

    restated(syncing)
    going = in_background(passing.call, "c360.refresh_segments", "acme")
    wait_until_blocked(passing)
    syncing.commit()
    going.result()
    passing.commit()

    assert ours.state("home")["status"] == "filling"
    ours.fill()
    assert ours.members("home") == {"binh"}
