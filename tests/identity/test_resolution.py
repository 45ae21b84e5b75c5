"""From observations to golden records: links, merges, splits, messages, and the faults that must not exist."""

import psycopg
import pytest

from support.observations import master_of, messages, observe, partition, resolve


def kinds(db):
    return [message["type"] for message in messages(db)]


def test_anonymous_history_is_attached_when_the_visitor_identifies(db):
    before = observe(db, anonymous_id="a1", traits={"plan": "free"})
    resolve(db)
    observe(db, anonymous_id="a1", user_id="u1", day=1)

    resolve(db)

    known = db.call("c360.profile", "acme", "user_id", "u1")
    assert len(partition(db)) == 1
    assert (known["profile_id"], known["anonymous_ids"]) == (str(master_of(db, before)), ["a1"])


def test_a_bridging_record_merges_two_golden_records_and_the_older_id_lives(db):
    older = observe(db, traits={"email": "an@shop.vn", "firstName": "An"})
    resolve(db)
    younger = observe(db, traits={"phone": "+84 912 345 678"}, day=1)
    resolve(db)
    older_id, younger_id = master_of(db, older), master_of(db, younger)

    bridge = observe(db, traits={"email": "AN@shop.vn", "phone": "0084912345678"}, day=2)
    counts = resolve(db)

    assert counts["merged"] == 1
    assert {master_of(db, raw) for raw in (older, younger, bridge)} == {older_id}
    [merged] = [message["data"] for message in messages(db) if message["type"] == "profile.merged"]
    assert (merged["survivor_id"], merged["absorbed_id"]) == (str(older_id), str(younger_id))
    assert merged["evidence"]["with_raw_profile_id"] == bridge
    redirected = db.call("c360.profile", "acme", "profile_id", str(younger_id))
    assert (redirected["profile_id"], redirected["redirected"]) == (str(older_id), True)
    assert (redirected["first_name"], redirected["phone_number"]) == ("An", "+84912345678")


def test_a_redirect_never_points_at_another_redirect(db):
    ids = []
    for day, user in enumerate(["a", "b", "c"]):
        raw = observe(db, traits={"email": f"{user}@shop.vn"}, day=day)
        resolve(db)
        ids.append(master_of(db, raw))
    observe(db, traits={"email": "c@shop.vn", "phone": "+12025550101"}, day=4)
    observe(db, traits={"email": "b@shop.vn", "phone": "+12025550101"}, day=5)
    resolve(db)

    observe(db, traits={"email": "a@shop.vn", "phone": "+12025550101"}, day=6)
    resolve(db)

    assert db.rows(
        "SELECT master_profile_id, merged_into FROM tenant_acme.cdp_master_profiles WHERE status = 'merged' ORDER BY 1"
    ) == sorted((absorbed, ids[0]) for absorbed in ids[1:])


def test_the_same_e_mail_in_two_cases_is_one_person(db):
    observe(db, traits={"email": "An.Nguyen@Shop.VN"})
    observe(db, source="crm", traits={"email": " an.nguyen@shop.vn "})

    resolve(db)

    assert len(partition(db)) == 1


def test_a_page_view_without_traits_erases_nothing(db):
    observe(db, user_id="u1", traits={"email": "an@shop.vn", "firstName": "An"})
    resolve(db)
    observe(db, user_id="u1", anonymous_id="a1", day=1)
    observe(db, user_id="u1", anonymous_id="a1", traits={"email": None, "firstName": ""}, day=2)

    resolve(db)

    known = db.call("c360.profile", "acme", "user_id", "u1")
    assert (known["email"], known["first_name"]) == ("an@shop.vn", "An")


@pytest.mark.parametrize("absent", ["null", "NULL", "none", "", " ", "-", "n/a", "undefined"])
def test_a_literal_that_means_absence_links_nobody(db, absent):
    observe(db, user_id=absent, traits={"email": absent, "phone": absent, "firstName": "An"})
    observe(db, user_id=absent, traits={"email": absent, "phone": absent, "firstName": "Binh"})

    resolve(db)

    assert len(partition(db)) == 2


@pytest.mark.parametrize("junk", [{"email": "test@test.com"}, {"email": "noreply@shop.vn"}, {"phone": "+12222222222"}])
def test_a_blocked_value_links_nobody(db, junk):
    observe(db, traits=junk | {"firstName": "An"})
    observe(db, traits=junk | {"firstName": "Binh"})

    resolve(db)

    assert len(partition(db)) == 2


def test_a_shared_cookie_merges_nobody_and_loses_nothing(db):
    for person in "abc":
        observe(db, anonymous_id="kiosk", user_id=person, traits={"email": f"{person}@shop.vn"})
    nobody = observe(db, anonymous_id="kiosk", traits={"plan": "free"})

    resolve(db)

    assert len(partition(db)) == 4
    assert frozenset([nobody]) in partition(db)
    assert [db.call("c360.profile", "acme", "user_id", person)["email"] for person in "abc"] == [
        "a@shop.vn",
        "b@shop.vn",
        "c@shop.vn",
    ]


def test_a_contradiction_that_arrives_late_splits_what_was_one(db):
    visitor = observe(db, anonymous_id="kiosk")
    first = observe(db, anonymous_id="kiosk", user_id="u1", traits={"email": "an@shop.vn"}, day=1)
    resolve(db)
    together = master_of(db, visitor)
    assert master_of(db, first) == together

    second = observe(db, anonymous_id="kiosk", user_id="u2", day=2)
    resolve(db)

    assert partition(db) == {frozenset([visitor]), frozenset([first]), frozenset([second])}
    assert master_of(db, visitor) == together
    [split] = [message["data"] for message in messages(db) if message["type"] == "profile.split"]
    assert (split["profile_id"], split["from_profile_id"]) == (str(master_of(db, first)), str(together))
    assert "email" not in db.call("c360.profile", "acme", "profile_id", str(together))


def test_a_merged_id_comes_back_when_a_contradiction_splits_the_merge(db):
    one = observe(db, anonymous_id="c1", user_id="u1")
    resolve(db)
    two = observe(db, anonymous_id="c2", traits={"email": "an@shop.vn"})
    resolve(db)
    one_id, two_id = master_of(db, one), master_of(db, two)
    bridge = observe(db, anonymous_id="c1", traits={"email": "an@shop.vn"}, day=1)
    resolve(db)
    assert master_of(db, two) == one_id

    observe(db, user_id="u2", traits={"email": "an@shop.vn"}, day=2)
    observe(db, anonymous_id="c1", user_id="u3", day=3)
    resolve(db)

    assert (master_of(db, one), master_of(db, two)) == (one_id, two_id)
    assert master_of(db, bridge) == two_id
    assert "profile.split" in kinds(db)


def test_two_different_exclusive_values_in_one_record_harm_no_other(db):
    odd = observe(db, user_id=["u1", "u2"], traits={"email": "an@shop.vn"})
    plain = observe(db, user_id="u1", traits={"email": "an@shop.vn"})

    resolve(db)

    assert partition(db) == {frozenset([odd]), frozenset([plain])}


def test_which_record_matches_does_not_depend_on_chance(db):
    first = observe(db, traits={"email": "an@shop.vn"})
    second = observe(db, traits={"email": "an@shop.vn", "city": "Hue"})
    third = observe(db, traits={"email": "an@shop.vn", "city": "Hanoi"})

    resolve(db)

    assert db.rows(
        "SELECT raw_profile_id, rule, (evidence ->> 'with_raw_profile_id')::bigint"
        " FROM tenant_acme.cdp_profile_links ORDER BY raw_profile_id"
    ) == [(first, "new", None), (second, "exact:email", first), (third, "exact:email", first)]


def test_an_explanation_gives_values_rule_and_path(db):
    first = observe(db, anonymous_id="a1")
    second = observe(db, anonymous_id="a1", traits={"email": "An@Shop.vn"})
    resolve(db)
    third = observe(db, traits={"email": "an@shop.vn", "phone": "+84 912 345 678"})
    resolve(db)

    explained = db.call("c360.explain_profile", "acme", master_of(db, first))

    by_raw = {entry["raw_profile_id"]: entry for entry in explained["observations"]}
    assert [by_raw[raw]["rule"] for raw in (first, second, third)] == ["new", "exact:anonymous_id", "exact:email"]
    assert [(step["identifier_type"], step["to_raw_profile_id"]) for step in by_raw[third]["path"]] == [
        ("email", second),
        ("anonymous_id", first),
    ]
    assert {"identifier_type": "email", "value": "an@shop.vn", "links": True, "as_sent": "An@Shop.vn"} in by_raw[
        second
    ]["identifiers"]


POISON = [
    {"traits": {"dateOfBirth": "abc", "latitude": "north", "hasChildren": "perhaps", "email": 5}},
    {"traits": {"dateOfBirth": "infinity", "longitude": 1e308, "address": "a street", "interests": {"a": 1}}},
    {"traits": {"email": "x" * 5000 + "@shop.vn", "name": "y" * 20000, "interests": ["z" * 9000, None, {"a": 1}]}},
    {"user_id": "9" * 6000, "strange type": "x", "Upper": "x", "crm_id": {"": "1", "b" * 500: "2", "shop": {"a": 1}}},
    {"user_id": {"scope": ["a"]}, "anonymous_id": [[1], None, True], "email": ["a@b.c", 7]},
    {"traits": {"customerJourneys": "no object", "preferredCommunication": [1], "nextBestActions": None}},
    {"traits": {"name": "\u202e\ud83d\ude00\u0301", "email": "\u0130@\u1e9e.vn", "phone": "(((+++)))"}},
]


@pytest.mark.parametrize("number", range(len(POISON)))
def test_a_poisonous_record_does_not_stop_its_neighbours(db, number):
    poison = dict(POISON[number])
    poison.setdefault("traits", {})
    odd = observe(db, **poison)
    neighbour = observe(db, user_id="u1", traits={"email": "an@shop.vn"})

    resolve(db)

    assert db.call("c360.profile", "acme", "user_id", "u1")["email"] == "an@shop.vn"
    assert master_of(db, odd) is not None
    assert master_of(db, odd) != master_of(db, neighbour)


def test_observations_loaded_with_copy_are_resolved(db):
    with (
        db.connection.cursor() as cursor,
        cursor.copy("COPY tenant_acme.cdp_raw_profiles (source, identifiers, traits) FROM STDIN") as copy,
    ):
        copy.write_row(("crm", '{"user_id": "u1"}', '{"email": "an@shop.vn"}'))
        copy.write_row(("crm", '{"user_id": "u2"}', "{}"))

    counts = resolve(db)

    assert (counts["claimed"], counts["created"]) == (2, 2)


def test_resolving_again_changes_and_publishes_nothing(db):
    observe(db, user_id="u1", traits={"email": "an@shop.vn"})
    resolve(db)
    before = len(messages(db))
    db.execute(
        "INSERT INTO tenant_acme.cdp_resolution_queue (raw_profile_id)"
        " SELECT raw_profile_id FROM tenant_acme.cdp_raw_profiles"
    )

    counts = resolve(db)

    assert (counts["claimed"], counts["linked"], counts["updated"]) == (1, 0, 0)
    assert len(messages(db)) == before


def test_every_message_carries_the_record_and_what_changed(db):
    observe(db, user_id="u1", traits={"email": "an@shop.vn", "nationalId": "012345678901"})
    resolve(db)
    observe(db, user_id="u1", traits={"city": "Hue"}, day=1)
    resolve(db)

    created, updated = messages(db)

    assert (created["type"], updated["type"]) == ("profile.created", "profile.updated")
    assert created["data"]["profile"]["email"] == "an@shop.vn"
    assert created["data"]["profile"]["national_ids"] == ["****8901"]
    assert updated["data"]["changed"] == ["city", "data_quality_score"]
    assert (created["data"]["version"], updated["data"]["version"]) == (1, 2)


def test_a_crash_in_the_middle_leaves_nothing(connect):
    db = connect()
    observe(db, user_id="u1")
    db.commit()

    db.call("c360.resolve_identities", "acme", 1000)
    db.rollback()

    assert db.value("SELECT count(*) FROM tenant_acme.cdp_resolution_queue") == 1
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_master_profiles") == 0
    assert messages(db) == []
    assert resolve(db)["created"] == 1


def test_of_two_resolvers_one_works_and_the_other_answers_busy(connect):
    alice, bob = connect(), connect()
    for number in range(10):
        observe(alice, user_id=f"u{number}")
    alice.commit()

    first = alice.call("c360.resolve_identities", "acme", 4)
    second = bob.call("c360.resolve_identities", "acme", 4)
    bob.rollback()
    alice.commit()

    assert (first["claimed"], second["claimed"], second["busy"]) == (4, 0, True)
    assert resolve(bob)["claimed"] == 6


def test_tenants_with_work_are_those_with_a_queue(db):
    assert db.column("SELECT tenant FROM c360.tenants_with_work()") == []

    observe(db, user_id="u1")

    assert db.column("SELECT tenant FROM c360.tenants_with_work()") == ["acme"]
    assert db.records("SELECT queue_depth, raw_profiles, golden_records FROM c360.identity_status('acme')") == [
        {"queue_depth": 1, "raw_profiles": 1, "golden_records": 0}
    ]


@pytest.mark.parametrize("size", [0, -1, None])
def test_a_batch_size_that_is_none_is_refused(db, size):
    with pytest.raises(psycopg.Error) as refused:
        db.call("c360.resolve_identities", "acme", size)

    assert refused.value.sqlstate == "U2400"


@pytest.mark.parametrize(
    ("identifier_type", "value", "code"),
    [("email", "nobody@shop.vn", "U2404"), ("profile_id", "no uuid", "U2404"), ("shoe_size", "42", "U2405")],
)
def test_a_profile_that_is_not_there_is_an_error_with_a_code(db, identifier_type, value, code):
    with pytest.raises(psycopg.Error) as refused:
        db.call("c360.profile", "acme", identifier_type, value)

    assert refused.value.sqlstate == code
