"""Who is in a segment: found when it is made, kept by touch and by time, told once."""

from datetime import UTC, datetime, timedelta

import pytest

from c360.domain.errors import ScoringRefused
from c360.governance import load_spec, sync_tenant
from c360.governance.sources import relations_of
from c360.governance.tenants import as_owner
from support.events import ingest, track
from support.observations import resolve


def bought(segments, who, at, number):
    event = track("Order Completed", f"o{number}", userId=who, timestamp=at, properties={"revenue": 5})
    assert not ingest(segments.db, event)["rejected"]
    resolve(segments.db)


def test_a_new_segment_finds_its_members_and_tells_nobody(segments):
    segments.know("an", city="Hue")
    segments.know("binh", city="Hanoi")

    segments.put("from_hue", "city = 'Hue'")

    assert segments.members("from_hue") == {"an"}
    assert segments.history("from_hue") == [("entered", "definition")]
    assert segments.told() == []


def test_a_new_segment_tells_its_first_members_when_asked(segments):
    segments.know("an", city="Hue")

    segments.put("from_hue", "city = 'Hue'", notifies_first=True)

    assert segments.told() == [("segment.entered", "from_hue", "definition")]


def test_who_changes_enters_and_leaves_and_each_change_is_told_once(segments):
    segments.know("an", city="Hue")
    segments.put("from_hue", "city = 'Hue'")
    segments.know("binh", city="Hue")
    segments.know("an", city="Hanoi")

    first = segments.touch("an", "binh")
    second = segments.touch("an", "binh")

    assert (first, second) == ({"entered": 1, "left": 1}, {"entered": 0, "left": 0})
    assert segments.members("from_hue") == {"binh"}
    assert sorted(segments.told()) == [("segment.entered", "from_hue", "event"), ("segment.left", "from_hue", "event")]


def test_another_condition_finds_the_members_anew_and_says_so(segments):
    segments.know("an", city="Hue")
    segments.know("binh", city="Hanoi")
    segments.put("home", "city = 'Hue'")

    segments.change("home", "city = 'Hanoi'")

    assert segments.members("home") == {"binh"}
    assert sorted(segments.told()) == [
        ("segment.entered", "home", "definition"),
        ("segment.left", "home", "definition"),
    ]


def test_the_same_condition_again_changes_nothing(segments):
    segments.know("an", city="Hue")
    segments.put("home", "city = 'Hue'")

    segments.change("home", "city = 'Hue'", title="From Hue")

    assert segments.state("home")["title"] == "From Hue"
    assert segments.history("home") == [("entered", "definition")]


def test_a_sync_after_the_batch_that_saw_another_time_zone_finds_the_members_anew(segments):
    db = segments.db
    bought(segments, "an", "2026-05-31T23:00:00Z", 1)
    segments.put("in_june", "last_event_at('Order Completed')::date >= date '2026-06-01'")
    segments.put("of_june", "in_segment('in_june')")
    with as_owner(db.connection):
        db.call("c360.apply_metadata", {"tenant": "acme", "time_zone": "Asia/Tokyo"})
    while db.call("c360.refresh_profiles", "acme")["has_more"]:
        pass
    assert segments.members("in_june") == set()

    sync_tenant(db.connection, "acme")
    segments.fill()

    assert segments.members("in_june") == segments.members("of_june") == {"an"}
    assert segments.history("in_june") == [("entered", "definition")]


def test_events_within_a_window_are_counted_and_time_lets_leave(segments):
    bought(segments, "an", "2026-05-20T12:00:00Z", 1)
    bought(segments, "an", "2026-05-25T12:00:00Z", 2)
    bought(segments, "binh", "2026-05-25T12:00:00Z", 3)
    segments.put("busy", "event_count('Order Completed', '30 days') >= 2")
    assert segments.members("busy") == {"an"}

    segments.fill(at="2026-06-19 11:59Z")
    assert segments.members("busy") == {"an"}
    segments.fill(at="2026-06-19 12:01Z")

    assert segments.members("busy") == set()
    assert segments.history("busy") == [("entered", "definition"), ("left", "time")]
    assert segments.told() == [("segment.left", "busy", "time")]


def test_metrics_are_columns_like_others(segments):
    recently = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    bought(segments, "an", recently, 1)
    bought(segments, "binh", "2026-03-01T12:00:00Z", 2)
    while segments.db.call("c360.refresh_profiles", "acme")["has_more"]:
        pass

    segments.put("active", "active_days_7d > 0 AND (event_counts_30d ->> 'Order Completed')::integer >= 1")
    segments.put("refunded", "total_refunds > 0")

    assert segments.members("active") == {"an"}
    assert segments.members("refunded") == set()
    assert segments.db.value("SELECT uses_time FROM tenant_acme.cdp_segment_states WHERE segment = 'active'")


def test_every_column_that_conditions_know_is_there(segments):
    spec = load_spec(segments.db.connection, "acme")

    for relation in relations_of(spec):
        there = segments.db.column(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass('tenant_acme.' || %s) AND attnum > 0"
            " UNION ALL SELECT unnest(proargnames) FROM pg_proc"
            " WHERE pronamespace = 'tenant_acme'::regnamespace AND proname = %s",
            relation.view,
            relation.view,
        )
        assert set(relation.columns) <= set(there)
        assert relation.timely <= set(relation.columns)


def test_first_and_last_events_and_days_since(segments):
    bought(segments, "an", "2026-05-20T12:00:00Z", 1)
    bought(segments, "binh", "2026-03-01T12:00:00Z", 2)

    segments.put("lately", "days_since(last_event_at('Order Completed')) <= 20")
    segments.put("long_ago", "first_event_at('Order Completed') < date '2026-04-01'")
    segments.put("never", "NOT has_event('Order Completed', '30 days')")

    assert segments.members("lately") == {"an"}
    assert segments.members("long_ago") == {"binh"}
    assert segments.members("never") == {"binh"}


def test_a_segment_of_segments_follows_them(segments):
    segments.know("an", city="Hue", firstName="An")
    segments.know("binh", city="Hue", firstName="Binh")
    segments.put("from_hue", "city = 'Hue'")
    segments.put("an_from_hue", "in_segment('from_hue') AND first_name = 'An'")
    assert segments.members("an_from_hue") == {"an"}

    segments.know("an", city="Hanoi")
    segments.touch("an")

    assert segments.members("an_from_hue") == set()
    assert segments.state("an_from_hue")["columns"] == ["city", "first_name"]


def test_a_segment_of_a_changed_segment_is_found_anew(segments):
    segments.know("an", city="Hue")
    segments.know("binh", city="Hanoi")
    segments.put("z_home", "city = 'Hue'")
    segments.put("a_home", "in_segment('z_home')")

    segments.change("z_home", "city = 'Hanoi'")

    assert segments.members("a_home") == {"binh"}


def test_segments_made_of_each_other_are_refused_by_name(segments):
    segments.put("one", "city = 'Hue'")
    segments.put("two", "in_segment('one')")

    with pytest.raises(ScoringRefused) as refused:
        segments.change("one", "in_segment('two')")

    assert refused.value.code == "U3302"
    assert "one -> two -> one" in refused.value.message


def test_a_segment_others_are_made_of_stays(segments):
    segments.put("one", "city = 'Hue'")
    segments.put("two", "in_segment('one')")

    with pytest.raises(Exception, match="two") as refused:
        segments.drop("one")

    assert refused.value.sqlstate == "U3303"


def test_a_removed_segment_leaves_nothing(segments):
    segments.know("an", city="Hue")
    segments.put("home", "city = 'Hue'")

    segments.drop("home")

    assert segments.db.rows("SELECT * FROM tenant_acme.list_segments()") == []
    for table in ("states", "members", "changes"):
        assert segments.db.value(f"SELECT count(*) FROM tenant_acme.cdp_segment_{table}") == 0
    assert segments.db.value("SELECT count(*) FROM pg_proc WHERE proname IN ('_segment_home', '_why_home')") == 0


def test_a_paused_segment_keeps_its_members_until_it_goes_on(segments):
    segments.know("an", city="Hue")
    segments.put("home", "city = 'Hue'")
    segments.change("home", "city = 'Hue'", status="paused")
    segments.know("an", city="Hanoi")

    segments.touch("an")
    segments.fill()
    assert segments.members("home") == {"an"}
    segments.change("home", "city = 'Hue'")

    assert segments.members("home") == set()


def test_while_a_segment_is_filled_no_change_is_missed(segments):
    people = [f"u{number}" for number in range(6)]
    for who in people:
        segments.know(who, city="Hue")
    segments.put("home", "city = 'Hue'", filled=False)
    segments.db.call("c360.refresh_segments", "acme", 3)
    in_order = sorted(people, key=lambda who: segments.id_of(who).bytes)
    behind, ahead = in_order[0], in_order[-1]
    for who in (behind, ahead):
        segments.know(who, city="Hanoi")

    segments.touch(behind, ahead)
    segments.fill(limit=3)

    assert segments.members("home") == set(people) - {behind, ahead}
    assert segments.told() == [("segment.left", "home", "event")]


def test_a_condition_whose_column_is_gone_breaks_the_segment_and_not_the_sync(segments):
    segments.know("an", city="Hue")
    segments.put("home", "city = 'Hue'")
    segments.db.execute(
        "UPDATE c360.profile_attributes SET status = 'retired' WHERE tenant = 'acme' AND attribute = 'city'"
    )

    sync_tenant(segments.db.connection, "acme")

    assert (segments.state("home")["status"], segments.state("home")["problem"]) == (
        "broken",
        "there is no column city",
    )
    assert segments.members("home") == {"an"}


def test_a_value_that_does_not_fit_fails_one_segment_and_leaves_the_others(segments):
    segments.know("an", city="Hue", firstName="2026-01-01")
    segments.put("dates", "days_since(first_name::date) > 1")
    segments.put("home", "city = 'Hue'")
    assert segments.members("dates") == {"an"}
    segments.know("binh", city="Hue", firstName="Binh")

    segments.touch("binh")

    assert segments.members("home") == {"an", "binh"}
    assert segments.state("dates")["status"] == "failed"
    assert "Binh" not in segments.state("dates")["problem"]

    segments.know("binh", firstName="2026-02-02")
    segments.fill()

    assert segments.members("dates") == {"an", "binh"}


def test_why_says_which_part_holds_with_the_values(segments):
    segments.know("an", city="Hue")
    segments.put("mixed", "city = 'Hue' AND (NOT event_count('Order Completed') > 0 OR country = 'VN')")

    rows = segments.db.records("SELECT * FROM tenant_acme.explain_segment('mixed', %s)", segments.id_of("an"))

    assert [(row["kind"], row["condition"], row["holds"]) for row in rows] == [
        ("and", "city = 'Hue' AND (NOT event_count('Order Completed') > 0 OR country = 'VN')", True),
        ("leaf", "city = 'Hue'", True),
        ("or", "NOT event_count('Order Completed') > 0 OR country = 'VN'", True),
        ("not", "NOT event_count('Order Completed') > 0", True),
        ("leaf", "event_count('Order Completed') > 0", False),
        ("leaf", "country = 'VN'", None),
    ]
    assert rows[1]["values"] == {"city": "Hue"}
    assert rows[4]["values"] == {"event_count('Order Completed')": 0}
    assert rows[5]["values"] == {"country": None}


def test_members_and_history_come_in_pages(segments):
    for number in range(5):
        segments.know(f"u{number}", city="Hue")
    segments.put("home", "city = 'Hue'")

    first = segments.db.column("SELECT master_profile_id FROM tenant_acme.segment_members('home', NULL, 3)")
    rest = segments.db.column("SELECT master_profile_id FROM tenant_acme.segment_members('home', %s, 3)", first[-1])
    newest = segments.db.column("SELECT change_id FROM tenant_acme.segment_history('home', NULL, NULL, 4)")
    oldest = segments.db.column("SELECT change_id FROM tenant_acme.segment_history('home', NULL, %s, 4)", newest[-1])

    assert (len(first), len(rest), len({*first, *rest})) == (3, 2, 5)
    assert (len(newest), len(oldest)) == (4, 1)
