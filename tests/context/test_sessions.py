"""Visits: what pauses and clients make of events, in whatever order they come; merges, splits, erasure, retention."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from c360.governance.tenants import as_owner
from support.events import ingest, page, track
from support.observations import resolve

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
IDLE = timedelta(minutes=30)
VISITS = """
    SELECT visit.source, visitor.visitor_key, visit.session_id, visit.is_stated, visit.started_at, visit.ended_at,
           visit.event_count::integer, visit.page_count::integer, visit.entry_path, visit.exit_path
    FROM tenant_acme.cdp_sessions AS visit
    JOIN tenant_acme.cdp_visitors AS visitor ON visitor.visitor_id = visit.visitor_id
    ORDER BY 1, 2, 5, 3
"""


def at(minutes):
    return (START + timedelta(minutes=minutes)).isoformat()


def seen(number, minutes, kind=page, **more):
    """An event so many minutes after the start, on a page of its own."""
    context = {"page": {"url": f"https://shop.vn/p{number}"}, **more.pop("context", {})}
    arguments = ("Clicked",) if kind is track else ()
    return kind(*arguments, f"m{number}", timestamp=at(minutes), context=context, **more)


def refresh(db, limit=2000):
    while db.call("c360.refresh_sessions", "acme", limit)["has_more"]:
        pass


def take(db, *events, source="web"):
    answer = ingest(db, *events, source=source)
    assert answer["rejected"] == []
    resolve(db)
    refresh(db)


def visits(db):
    return db.rows(VISITS)


def spans(db):
    """(first message or stated id, minutes from the start, length, events) of each visit."""
    return [
        (row[2], (row[4] - START) / timedelta(minutes=1), (row[5] - row[4]) / timedelta(minutes=1), row[6])
        for row in visits(db)
    ]


def test_a_pause_of_more_than_half_an_hour_ends_a_visit(db):
    take(db, seen(1, 0), seen(2, 10, track), seen(3, 40), seen(4, 70.1))

    assert spans(db) == [("m1", 0, 40, 3), ("m4", 70.1, 0, 1)]


def test_a_visit_says_where_it_came_from_and_went(db):
    campaign = {"page": {"url": "https://shop.vn/in?utm_source=zalo&gclid=g1", "referrer": "https://zalo.me/x?y"}}
    take(
        db,
        page("m1", timestamp=at(0), context={**campaign, "os": {"name": "Android"}, "device": {"type": "mobile"}}),
        seen(2, 5),
        track("Order Completed", "m3", timestamp=at(6)),
    )

    [row] = db.records("SELECT * FROM tenant_acme.cdp_sessions")
    assert (row["entry_url"], row["exit_url"], row["exit_path"]) == ("https://shop.vn/in", "https://shop.vn/p2", "/p2")
    assert (row["referrer"], row["referrer_host"]) == ("https://zalo.me/x", "zalo.me")
    assert (row["campaign_source"], row["click_id_name"], row["click_id"]) == ("zalo", "gclid", "g1")
    assert (row["os_name"], row["device_type"], row["source"]) == ("Android", "mobile", "web")
    assert (row["event_count"], row["page_count"], row["duration_seconds"]) == (3, 2, 360)


def test_sessions_of_a_client_are_as_it_says(db):
    one, two = {"context": {"sessionId": 17}}, {"context": {"session_id": "two"}}
    take(db, seen(1, 0, **one), seen(2, 200, **one), seen(3, 201, **two), seen(4, 202, **one), seen(5, 203))

    assert spans(db) == [("17", 0, 202, 3), ("two", 201, 0, 1), ("m5", 203, 0, 1)]
    assert db.column("SELECT is_stated FROM tenant_acme.cdp_sessions ORDER BY started_at") == [True, True, False]


def test_visitors_and_sources_are_apart(db):
    take(db, seen(1, 0), seen(2, 1, anonymousId="a2"), seen(3, 2, anonymousId=None, userId="a1"))
    take(db, seen(4, 3), source="app")

    assert len(visits(db)) == 4


def test_saying_who_somebody_is_begins_no_visit(db):
    take(
        db,
        {"type": "identify", "userId": "u1", "timestamp": at(0), "traits": {"email": "lan@example.com"}},
        {"type": "group", "userId": "u1", "groupId": "g", "timestamp": at(1)},
        {"type": "alias", "userId": "u1", "previousId": "a1", "timestamp": at(2)},
    )

    assert visits(db) == []


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        (seen(9, 20), [("m1", 0, 20, 2), ("m2", 60, 10, 2)]),
        (seen(9, 30), [("m1", 0, 70, 4)]),
        (seen(9, -20), [("m9", -20, 20, 2), ("m2", 60, 10, 2)]),
        (seen(9, -300), [("m9", -300, 0, 1), ("m1", 0, 0, 1), ("m2", 60, 10, 2)]),
        (seen(9, 65), [("m1", 0, 0, 1), ("m2", 60, 10, 3)]),
    ],
)
def test_a_late_event_extends_joins_or_adds_visits(db, late, expected):
    take(db, seen(1, 0), seen(2, 60), seen(3, 70))
    take(db, late)

    assert spans(db) == expected


def test_a_late_event_of_a_session_of_the_client_finds_it(db):
    one = {"context": {"sessionId": "one"}}
    take(db, seen(1, 0, **one), seen(2, 500), seen(3, 1000))
    take(db, seen(4, 1010, **one))

    assert spans(db) == [("one", 0, 1010, 2), ("m2", 500, 0, 1), ("m3", 1000, 0, 1)]


def oracle(events):
    """The visits of events, worked out from all of them at once, as rows of VISITS."""
    expected = []
    events = sorted(events, key=lambda one: (one["key"], one["session"] or "", one["minutes"], one["number"]))
    for (key, session), group in groupby(events, key=lambda one: (one["key"], one["session"])):
        runs = []
        for one in group:
            if runs and (session or one["minutes"] - runs[-1][-1]["minutes"] <= 30):
                runs[-1].append(one)
            else:
                runs.append([one])
        for run in runs:
            pages = sum(one["kind"] is page for one in run)
            first, last = run[0], run[-1]
            expected.append(
                (
                    "web",
                    key,
                    session or f"m{first['number']}",
                    session is not None,
                    START + timedelta(minutes=first["minutes"]),
                    START + timedelta(minutes=last["minutes"]),
                    len(run),
                    pages,
                    f"/p{first['number']}",
                    f"/p{last['number']}",
                )
            )
    return sorted(expected, key=lambda row: (row[1], row[4], row[2]))


@st.composite
def histories(draw):
    """Events of a few visitors in the order they happened or in any other, cut into batches."""
    count = draw(st.integers(1, 14))
    events = [
        {
            "number": 1000 + number,
            "minutes": draw(st.sampled_from([0, 1, 15, 29, 30, 31, 45, 60, 61, 90, 91, 200, 1500])),
            "kind": draw(st.sampled_from([page, track])),
            "session": draw(st.sampled_from([None, None, None, "s1", "s2"])),
            "key": draw(st.sampled_from(["anonymous_id:a1", "anonymous_id:a1", "anonymous_id:a2", "user_id:u1"])),
            "user": draw(st.sampled_from([None, "u1"])),
        }
        for number in range(count)
    ]
    events = draw(st.permutations(events))
    cuts = sorted(draw(st.sets(st.integers(1, count), max_size=5)) | {count})
    return [events[low:high] for low, high in zip([0, *cuts], cuts, strict=False)]


def sent(one):
    kind, _, value = one["key"].partition(":")
    ids = (
        {"anonymousId": value, "userId": one["user"]}
        if kind == "anonymous_id"
        else {"anonymousId": None, "userId": value}
    )
    return seen(one["number"], one["minutes"], one["kind"], context={"sessionId": one["session"]}, **ids)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(batches=histories(), limit=st.sampled_from([1, 2, 2000]), often=st.booleans())
def test_the_visits_are_those_of_all_events_whatever_the_order_they_came_in(db, batches, limit, often):
    with db.connection.transaction(force_rollback=True):
        for batch in batches:
            ingest(db, *map(sent, batch))
            resolve(db)
            if often:
                refresh(db, limit)
        refresh(db, limit)

        assert visits(db) == oracle([one for batch in batches for one in batch])


def test_an_event_committed_late_is_not_missed(connect):
    early, late = connect(), connect()
    ingest(late, seen(1, 0))
    ingest(early, seen(2, 100, anonymousId="a2"))
    early.commit()
    resolve(early)
    refresh(early)
    early.commit()
    late.commit()

    resolve(early)
    refresh(early)

    assert [span[0] for span in spans(early)] == ["m1", "m2"]


def test_who_comes_back_is_not_read_from_the_beginning(db):
    take(db, *(seen(number, number * 100) for number in range(50)))
    ids = db.column("SELECT entry_event_id FROM tenant_acme.cdp_visits ORDER BY started_at")
    ingest(db, seen(99, 4910))
    resolve(db)
    before = db.column("SELECT ctid::text FROM tenant_acme.cdp_visits ORDER BY started_at")

    assert db.call("c360.refresh_sessions", "acme")["sessions"] == 1

    assert db.column("SELECT entry_event_id FROM tenant_acme.cdp_visits ORDER BY started_at") == ids
    assert db.column("SELECT ctid::text FROM tenant_acme.cdp_visits ORDER BY started_at")[:-1] == before[:-1]


def test_another_pause_works_all_visits_out_anew(db):
    take(db, seen(1, 0), seen(2, 40), seen(3, 90))
    with as_owner(db.connection):
        db.call("c360.apply_metadata", {"tenant": "acme", "session_minutes": 45})

    refresh(db, 1)

    assert spans(db) == [("m1", 0, 40, 2), ("m3", 90, 0, 1)]


def test_a_tenant_may_want_no_visits_and_change_its_mind(db):
    take(db, seen(1, 0), seen(2, 40))
    with as_owner(db.connection):
        db.call("c360.apply_metadata", {"tenant": "acme", "session_minutes": 0})
    take(db, seen(3, 41))
    assert (visits(db), db.value("SELECT count(*) FROM tenant_acme.cdp_visitors")) == ([], 0)
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_session_queue") == 0

    with as_owner(db.connection):
        db.call("c360.apply_metadata", {"tenant": "acme", "session_minutes": 30})
    refresh(db, 1)

    assert spans(db) == [("m1", 0, 0, 1), ("m2", 40, 1, 2)]


def test_events_from_before_the_upgrade_are_worked_out_too(db):
    ingest(db, seen(1, 0), seen(2, 1, anonymousId="a2"))
    resolve(db)
    with as_owner(db.connection):
        db.execute("DELETE FROM tenant_acme.cdp_session_queue")

    refresh(db, 1)

    assert len(visits(db)) == 2


def test_visits_follow_a_merge_and_a_split(db):
    take(db, seen(1, 0, anonymousId="a1"), seen(2, 0, anonymousId="a2"))
    owners = "SELECT count(DISTINCT master_profile_id) FROM tenant_acme.cdp_sessions"
    raw = db.column("SELECT raw_profile_id FROM tenant_acme.cdp_visits ORDER BY session_id")
    assert db.value(owners) == 2

    db.call("c360.set_link_override", "acme", "must_link", [raw[0]], [raw[1]], "same person")
    resolve(db)
    assert db.value(owners) == 1
    db.call(
        "c360.remove_link_override", "acme", db.value("SELECT link_override_id FROM tenant_acme.cdp_link_overrides")
    )
    resolve(db)

    assert db.value(owners) == 2


def test_erasure_removes_visits_and_leaves_those_of_others_on_the_device(connect):
    db = connect(autocommit=True)
    take(db, seen(1, 0, userId="lan"), seen(2, 5, userId="minh"), seen(3, 100, anonymousId="a2", userId="minh"))
    cannot = [
        db.value("SELECT raw_profile_id FROM tenant_acme.cdp_behavioral_events WHERE message_id = %s", m)
        for m in ("m1", "m2")
    ]
    db.call("c360.set_link_override", "acme", "cannot_link", [cannot[0]], [cannot[1]], "two persons at one computer")
    resolve(db)

    dry = db.call("c360.erase_profile", "acme", "user_id", "lan", "case 1", p_dry_run=True)
    real = db.call("c360.erase_profile", "acme", "user_id", "lan", "case 1")

    assert dry["tables"] == real["tables"]
    assert real["tables"]["cdp_visits"] == 1
    assert "m1" not in str(visits(db))
    resolve(db)
    refresh(db)
    assert [(span[0], span[3]) for span in spans(db)] == [("m2", 1), ("m3", 1)]


@pytest.mark.parametrize("mode", ["erase", "anonymise"])
def test_nobody_is_left_as_a_visitor_after_an_erasure(connect, mode):
    db = connect(autocommit=True)
    take(db, seen(1, 0, userId="lan"))

    db.call("c360.erase_profile", "acme", "user_id", "lan", "case 1", mode)
    resolve(db)
    refresh(db)

    assert [db.value(f"SELECT count(*) FROM tenant_acme.{table}") for table in ("cdp_visits", "cdp_visitors")] == [0, 0]


def test_visits_go_with_their_events(connect):
    db = connect(autocommit=True)
    db.call("c360.ingest", "acme", [page("m1", timestamp="2020-01-15T10:00:00Z")], "web", "2020-01-15T10:00:00Z")
    db.call("c360.ingest", "acme", [page("m2", timestamp="2020-03-15T10:00:00Z")], "web", "2020-03-15T10:00:00Z")
    resolve(db)
    refresh(db)
    db.call("c360.set_retention", "acme", "events", "40 days")
    while db.call("c360.apply_retention", "acme", p_at="2020-04-01T00:00:00Z")["has_more"]:
        pass

    assert [row[2] for row in visits(db)] == ["m2"]
    take(db, page("m3", timestamp="2020-03-15T10:05:00Z"))
    assert [(row[2], row[6]) for row in visits(db)] == [("m2", 2)]


def test_two_workers_take_turns(connect):
    one, two = connect(), connect()
    ingest(one, seen(1, 0))
    resolve(one)
    one.commit()

    assert one.call("c360.refresh_sessions", "acme")["sessions"] == 1
    assert two.call("c360.refresh_sessions", "acme")["busy"] is True
    two.rollback()
    one.commit()

    assert two.call("c360.refresh_sessions", "acme") == {"visitors": 0, "sessions": 0, "has_more": False}


def test_visits_of_a_person_are_listed_newest_first(db):
    take(db, seen(1, 0, userId="lan"), seen(2, 100, userId="lan"), seen(3, 0, anonymousId="a9"))

    listed = db.column("SELECT list_sessions FROM c360.list_sessions('acme', 'user_id', 'lan')")

    assert [visit["session_id"] for visit in listed] == ["m2", "m1"]
    assert len(db.column("SELECT list_sessions FROM c360.list_sessions('acme', p_limit => 2)")) == 2


@pytest.mark.parametrize("name", ["identify", "group", "alias"])
def test_a_track_event_may_be_called_like_a_type(db, name):
    take(db, seen(1, 0))

    take(db, {**seen(2, 1), "type": "track", "event": name, "anonymousId": "another"})

    assert [(row[1], row[6]) for row in visits(db)] == [("anonymous_id:a1", 1), ("anonymous_id:another", 1)]


@pytest.mark.parametrize("name", ["identify", "group", "alias"])
def test_a_track_event_called_like_a_type_hides_no_late_event(db, name):
    take(db, seen(1, 0), seen(2, 600))

    take(db, seen(3, 10), {**seen(4, 605), "type": "track", "event": name})

    assert spans(db) == [("m1", 0, 10, 2), ("m2", 600, 5, 2)]
