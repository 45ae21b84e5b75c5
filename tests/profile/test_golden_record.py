"""What the golden record shows: survivorship, edits by people, history, the past."""

from datetime import timedelta

import psycopg
import pytest

from c360.governance.tenants import as_owner, sync_tenant
from support.observations import DAY_ONE, master_of, messages, observe, resolve


def add_attribute(db, name, data_type, survivorship, *, priority=()):
    with as_owner(db.connection):
        db.execute(
            "INSERT INTO c360.profile_attributes"
            " (tenant, attribute, data_type, trait_paths, survivorship, source_priority)"
            " VALUES ('acme', %s, %s, ARRAY[%s], %s, %s::text[])",
            name,
            data_type,
            name,
            survivorship,
            list(priority),
        )


def shown(db, attribute):
    resolve(db)
    return db.call("c360.profile", "acme", "user_id", "u1").get(attribute)


@pytest.mark.parametrize(
    ("rule", "data_type", "expected"),
    [
        ("most_recent", "text", "bb"),
        ("first", "text", "ccc"),
        ("longest", "text", "dddd"),
        ("most_frequent", "text", "a"),
        ("source_priority", "text", "dddd"),
        ("verified_first", "text", "ccc"),
        ("max", "text", "dddd"),
        ("min", "text", "a"),
        ("union", "text[]", ["a", "bb", "ccc", "dddd"]),
    ],
)
def test_each_survivorship_rule_chooses_its_value(db, rule, data_type, expected):
    add_attribute(db, "flavour", data_type, rule, priority=["crm", "web"] if rule == "source_priority" else [])
    with as_owner(db.connection):
        sync_tenant(db.connection, "acme")
    observe(db, user_id="u1", day=1, source="web", traits={"flavour": "a"})
    observe(db, user_id="u1", day=2, source="app", traits={"flavour": "a"})
    observe(db, user_id="u1", day=4, source="web", traits={"flavour": "bb"})
    observe(db, user_id="u1", day=0, source="app", traits={"flavour": "ccc", "flavour_verified": True})
    observe(db, user_id="u1", day=3, source="crm", traits={"flavour": "dddd"})
    observe(db, user_id="u1", day=9, source="app", traits={"flavour": None})

    assert shown(db, "flavour") == expected


@pytest.mark.parametrize(("rule", "expected"), [("max", 100), ("min", 9)])
def test_numbers_are_compared_as_numbers_and_text_is_passed_over(db, rule, expected):
    add_attribute(db, "points", "integer", rule)
    with as_owner(db.connection):
        sync_tenant(db.connection, "acme")
    for value in (9, "100", "many", 20, 99999999999):
        observe(db, user_id="u1", traits={"points": value})

    assert shown(db, "points") == expected


def test_a_late_record_with_an_older_time_does_not_win(db):
    observe(db, user_id="u1", day=5, traits={"city": "Hue"})
    resolve(db)
    observe(db, user_id="u1", day=1, traits={"city": "Hanoi"})

    assert shown(db, "city") == "Hue"


def test_the_golden_record_says_which_observation_won(db):
    observe(db, user_id="u1", day=1, traits={"city": "Hanoi"})
    winner = observe(db, user_id="u1", day=2, traits={"city": "Hue"})
    resolve(db)

    assert db.value("SELECT attribute_sources -> 'city' FROM tenant_acme.cdp_master_profiles") == winner


def test_the_edit_of_a_person_is_a_version_a_message_and_survives(db):
    raw = observe(db, user_id="u1", day=1, traits={"city": "Hue", "firstName": "An"})
    resolve(db)
    profile_id = master_of(db, raw)

    db.execute("UPDATE tenant_acme.cdp_master_profiles SET city = 'Da Nang', first_name = NULL")
    observe(db, user_id="u1", day=9, traits={"city": "Hanoi", "firstName": "Anh", "lastName": "Tran"})
    resolve(db)

    known = db.call("c360.profile", "acme", "user_id", "u1")
    assert (known["city"], known.get("first_name"), known["last_name"]) == ("Da Nang", None, "Tran")
    history = db.call_rows("c360.profile_history", "acme", profile_id)
    assert [entry["change"] for entry in reversed(history)] == ["created", "edited", "updated"]
    assert history[1]["changed_by"] == "dba"
    assert history[1]["reason"] == {"changed": ["city", "first_name"]}


def test_an_edit_alone_is_published_once(db):
    observe(db, user_id="u1", traits={"city": "Hue"})
    resolve(db)

    db.execute("UPDATE tenant_acme.cdp_master_profiles SET city = 'Da Nang'")
    resolve(db)
    resolve(db)

    assert [(m["type"], m["data"]["changed"]) for m in messages(db)][1:] == [("profile.updated", ["city"])]


def test_a_released_attribute_belongs_to_the_observations_again(db):
    raw = observe(db, user_id="u1", traits={"city": "Hue"})
    resolve(db)
    db.execute("UPDATE tenant_acme.cdp_master_profiles SET city = 'Da Nang'")

    first = db.call("c360.release_attribute", "acme", master_of(db, raw), "city")
    second = db.call("c360.release_attribute", "acme", master_of(db, raw), "city")

    assert (first, second, shown(db, "city")) == (True, False, "Hue")


def test_the_past_can_be_asked_for(connect):
    db = connect(autocommit=True)
    raw = observe(db, user_id="u1", traits={"city": "Hue"})
    resolve(db)
    between = db.value("SELECT clock_timestamp()")
    observe(db, user_id="u1", day=3, traits={"city": "Hanoi"})
    resolve(db)
    profile_id = master_of(db, raw)

    assert db.call("c360.profile_as_of", "acme", profile_id, between)["city"] == "Hue"
    assert db.call("c360.profile_as_of", "acme", profile_id, between + timedelta(days=1))["city"] == "Hanoi"
    with pytest.raises(psycopg.Error) as refused:
        db.call("c360.profile_as_of", "acme", profile_id, DAY_ONE)
    assert refused.value.sqlstate == "U2404"


def test_activity_shows_first_and_last_sight_and_counts(db):
    raw = observe(db, user_id="u1")
    db.execute(
        "INSERT INTO tenant_acme.cdp_activity VALUES (%s, 'page', %s, %s, 3), (%s, 'Order Completed', %s, %s, 1)",
        raw,
        DAY_ONE,
        DAY_ONE + timedelta(days=2),
        raw,
        DAY_ONE + timedelta(days=1),
        DAY_ONE + timedelta(days=1),
    )
    resolve(db)

    known = db.call("c360.profile", "acme", "user_id", "u1")
    assert known["event_summary"] == {"page": 3, "Order Completed": 1}
    assert known["first_seen_at"].startswith("2026-01-01")
    assert known["last_seen_at"].startswith("2026-01-03")
    assert known["last_known_channel"] == "web"


def test_masked_values_are_masked_wherever_they_are_shown(db):
    raw = observe(db, user_id="u1", national_id="012345678901")
    resolve(db)
    profile_id = master_of(db, raw)

    everything = [
        db.call("c360.profile", "acme", "user_id", "u1"),
        db.call("c360.explain_profile", "acme", profile_id),
        db.call_rows("c360.profile_history", "acme", profile_id),
        messages(db),
    ]

    assert "012345678901" not in str(everything)
    assert "****8901" in str(everything[0])
