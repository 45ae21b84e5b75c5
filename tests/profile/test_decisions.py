"""People decide who is who: merge, split, overrides, and taking them back. It counts at once and for good."""

import psycopg
import pytest

from support.observations import master_of, messages, observe, partition, resolve


def document(db, profile_id):
    """A golden record byte for byte, as the row holds it: without its bookkeeping of versions."""
    return db.value(
        "SELECT (to_jsonb(golden) - '{version,updated_at}'::text[])::text"
        " FROM tenant_acme.cdp_master_profiles AS golden WHERE master_profile_id = %s",
        profile_id,
    )


def merge(db, first, second, **named):
    return db.call("c360.merge_profiles", "acme", master_of(db, first), master_of(db, second), **named)


def split(db, raw, *leaving, **named):
    return db.call("c360.split_profile", "acme", master_of(db, raw), list(leaving) or None, **named)


def refused(function, *arguments, **named):
    with pytest.raises(psycopg.Error) as error:
        function(*arguments, **named)
    return error.value.sqlstate


def two_people(db):
    """An, the older golden record, and Binh."""
    an = [observe(db, user_id="u1", email="an@shop.vn", traits={"city": "Hue"}), observe(db, email="an@shop.vn")]
    resolve(db)
    binh = [
        observe(db, user_id="u2", email="binh@shop.vn", day=2, traits={"city": "Hanoi"}),
        observe(db, email="binh@shop.vn", anonymous_id="k2"),
    ]
    resolve(db)
    return an, binh


def test_a_merge_by_hand_wins_over_ids_that_contradict(db):
    an, binh = two_people(db)
    older, younger = master_of(db, an[0]), master_of(db, binh[0])

    answer = merge(db, binh[0], an[0], p_reason="same passport")

    assert answer["merged"] == [{"absorbed_id": str(younger), "survivor_id": str(older)}]
    assert answer["survivor_id"] == str(older)
    assert partition(db) == {frozenset(an + binh)}
    told = db.call("c360.profile", "acme", "profile_id", str(younger))
    assert (told["redirected"], told["city"]) == (True, "Hanoi")
    assert messages(db)[-1]["type"] == "profile.merged"
    assert messages(db)[-1]["data"]["rule"] == "must_link"


def test_a_merge_holds_where_others_than_the_founders_contradict(db):
    an = [observe(db, email="an@shop.vn"), observe(db, email="an@shop.vn", user_id="u1")]
    binh = [observe(db, phone="+84912345678"), observe(db, phone="+84912345678", user_id="u2")]
    resolve(db)

    merge(db, an[0], binh[0])

    assert partition(db) == {frozenset(an + binh)}


def test_a_merge_survives_everything_that_arrives_later(db):
    an, binh = two_people(db)
    merge(db, an[0], binh[0])

    later = [observe(db, user_id="u2", anonymous_id="k9"), observe(db, user_id="u1", email="new@shop.vn")]
    resolve(db)

    assert partition(db) == {frozenset(an + binh + later)}


def test_merge_then_split_restores_both_byte_for_byte(db):
    an, binh = two_people(db)
    ids = [master_of(db, an[0]), master_of(db, binh[0])]
    before = [document(db, profile_id) for profile_id in ids]
    merge(db, an[0], binh[0])

    answer = split(db, an[0], binh[0], p_reason="twins")

    assert answer["left"] == binh
    assert answer["stayed"] == an
    assert answer["split"] == [{"profile_id": str(ids[1]), "from_profile_id": str(ids[0])}]
    assert [master_of(db, an[0]), master_of(db, binh[0])] == ids
    assert [document(db, profile_id) for profile_id in ids] == before


def test_a_split_is_explained_in_the_history_with_who_and_why(db):
    an, binh = two_people(db)
    merge(db, an[0], binh[0])
    split(db, an[0], binh[0], p_reason="twins")

    newest = db.call_rows("c360.profile_history", "acme", master_of(db, binh[0]))[0]

    assert newest["change"] == "split"
    assert newest["reason"]["from_profile_id"] == str(master_of(db, an[0]))
    assert newest["reason"]["decision"]["by"] == "dba"
    assert newest["reason"]["decision"]["reason"] == "twins"
    assert newest["reason"]["decision"]["kind"] == "cannot_link"


def test_the_next_run_does_not_undo_a_split(db):
    first = observe(db, user_id="u1", email="office@shop.vn")
    second = observe(db, email="office@shop.vn", traits={"firstName": "Binh"})
    resolve(db)

    split(db, first, second)
    third = observe(db, user_id="u1", traits={"city": "Hue"})
    resolve(db)

    assert partition(db) == {frozenset({first, third}), frozenset({second})}


def test_a_split_by_identifier_takes_all_who_hold_it(db):
    first = observe(db, user_id="u1")
    bridge = observe(db, user_id="u1", email="binh@shop.vn")
    second = observe(db, email="binh@shop.vn", source="crm")
    resolve(db)

    answer = split(db, first, p_identifier_type="email", p_value="BINH@shop.vn")

    assert answer["left"] == [bridge, second]
    assert partition(db) == {frozenset({first}), frozenset({bridge, second})}


def test_what_hangs_on_those_who_leave_goes_with_them(db):
    first = observe(db, user_id="u1", email="a@shop.vn")
    wrong = observe(db, email="a@shop.vn", phone="+84912345678")
    hanging = observe(db, phone="+84912345678", anonymous_id="k1")
    resolve(db)

    answer = split(db, first, wrong)

    assert answer["left"] == [wrong, hanging]
    assert partition(db) == {frozenset({first}), frozenset({wrong, hanging})}


def test_when_the_founding_observation_leaves_its_id_goes_with_it(db):
    first = observe(db, email="a@shop.vn", traits={"firstName": "An"})
    second = observe(db, email="a@shop.vn", user_id="u2")
    third = observe(db, user_id="u2", phone="+84912345678")
    resolve(db)
    known = master_of(db, first)

    split(db, first, first)

    assert master_of(db, first) == known
    assert master_of(db, second) == master_of(db, third) != known


def test_a_split_that_leaves_nobody_is_refused(db):
    only = observe(db, user_id="u1", email="a@shop.vn")
    resolve(db)

    assert refused(split, db, only, only) == "U2306"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({}, "U2305"),
        ({"p_raw_profile_ids": [1], "p_identifier_type": "email", "p_value": "a@shop.vn"}, "U2305"),
        ({"p_identifier_type": "email"}, "U2305"),
        ({"p_raw_profile_ids": [999999]}, "U2306"),
        ({"p_identifier_type": "email", "p_value": "nobody@shop.vn"}, "U2306"),
        ({"p_identifier_type": "shoe_size", "p_value": "42"}, "U2405"),
    ],
)
def test_an_unclear_split_is_refused(db, arguments, code):
    raw = observe(db, user_id="u1")
    observe(db, user_id="u1", email="a@shop.vn")
    resolve(db)

    assert refused(db.call, "c360.split_profile", "acme", master_of(db, raw), **arguments) == code


def test_one_golden_record_cannot_be_merged_with_itself(db):
    an, _ = two_people(db)

    assert refused(merge, db, an[0], an[1]) == "U2304"


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_dry_run_answers_what_the_decision_does_and_leaves_no_trace(db, dry_run):
    an, binh = two_people(db)
    everything = db.column(
        "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'tenant_acme'::regnamespace AND relkind = 'r'"
    )

    def fingerprint():
        return [db.rows(f"SELECT t::text FROM {table} AS t ORDER BY 1") for table in [*everything, "c360.messages"]]

    before = fingerprint()
    foreseen = merge(db, an[0], binh[0], p_dry_run=True)
    assert fingerprint() == before

    done = merge(db, an[0], binh[0], p_dry_run=dry_run)

    assert foreseen["dry_run"] is True
    assert {name: foreseen[name] for name in ("created", "merged", "split", "moved")} == {
        name: done[name] for name in ("created", "merged", "split", "moved")
    }
    assert (fingerprint() == before) is dry_run


def test_the_latest_decision_wins_and_the_older_one_is_in_the_audit_log(db):
    an, binh = two_people(db)
    first = merge(db, an[0], binh[0])["link_override_id"]

    second = split(db, an[0], binh[0])
    third = merge(db, an[0], binh[0])

    assert second["replaced"] == [first]
    assert third["replaced"] == [second["link_override_id"]]
    assert [row["link_override_id"] for row in db.call_rows("c360.link_overrides", "acme")] == [
        third["link_override_id"]
    ]
    assert db.rows("SELECT action, object FROM c360.audit_log WHERE action ~ '^link_overrides' ORDER BY audit_id") == [
        ("link_overrides.added", str(first)),
        ("link_overrides.replaced", str(first)),
        ("link_overrides.added", str(second["link_override_id"])),
        ("link_overrides.replaced", str(second["link_override_id"])),
        ("link_overrides.added", str(third["link_override_id"])),
    ]


def test_a_merge_of_two_leaves_what_was_said_about_a_third(db):
    a, b, c = (observe(db, user_id=name) for name in ("u1", "u2", "u3"))
    resolve(db)
    db.call("c360.set_link_override", "acme", "cannot_link", [a], [b, c])

    merge(db, a, b)

    for first, second in ((a, c), (b, c)):
        explained = db.call("c360.explain_link", "acme", str(first), str(second))
        assert explained["obstacles"][0]["kind"] == "cannot_link"


@pytest.mark.parametrize("who", [0, 1, 2])
def test_a_split_of_one_leaves_the_others_must_linked(db, who):
    three = [observe(db, anonymous_id=name) for name in ("k1", "k2", "k3")]
    resolve(db)
    merge(db, three[0], three[1])
    merge(db, three[1], three[2])

    split(db, three[0], three[who])

    assert partition(db) == {frozenset({three[who]}), frozenset(three) - {three[who]}}


def test_removing_an_override_lets_the_rules_decide_again(db):
    first = observe(db, user_id="u1", email="a@shop.vn")
    second = observe(db, email="a@shop.vn")
    resolve(db)
    override = split(db, first, second)["link_override_id"]

    foreseen = db.call("c360.remove_link_override", "acme", override, True)
    answer = db.call("c360.remove_link_override", "acme", override)
    again = db.call("c360.remove_link_override", "acme", override)

    assert partition(db) == {frozenset({first, second})}
    assert foreseen["moved"] == answer["moved"]
    assert again is None


@pytest.mark.parametrize(
    ("kind", "first", "second", "code"),
    [
        ("may_link", [1], [2], "U2300"),
        ("must_link", [], [2], "U2300"),
        ("cannot_link", [1], [1], "U2300"),
        ("must_link", [999998], [999999], "U2301"),
    ],
)
def test_an_override_that_says_nothing_is_refused(db, kind, first, second, code):
    assert refused(db.call, "c360.set_link_override", "acme", kind, first, second) == code


def test_an_explanation_names_the_decision_and_who_made_it(db):
    an, binh = two_people(db)
    merge(db, an[0], binh[0], p_reason="same passport")

    linked = db.call("c360.explain_link", "acme", str(an[1]), str(binh[1]))
    split(db, an[0], binh[0], p_reason="twins")
    apart = db.call("c360.explain_link", "acme", str(an[1]), str(binh[1]))

    assert [step["rule"] for step in linked["path"]] == ["must_link"]
    assert (linked["path"][0]["by"], linked["path"][0]["reason"]) == ("dba", "same passport")
    assert apart["obstacles"][0]["kind"] == "cannot_link"
    assert apart["overrides"][0]["reason"] == "twins"
