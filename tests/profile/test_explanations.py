"""Why two records are one person, and why they are not: what is stated is there in the records, and holds or fails."""

import psycopg
import pytest

from c360.governance.tenants import as_owner
from support.observations import master_of, observe, resolve


def explain(db, first, second):
    return db.call("c360.explain_link", "acme", str(first), str(second))


def kinds(explained):
    return [(obstacle["kind"], obstacle.get("rule", "").removeprefix("exact:")) for obstacle in explained["obstacles"]]


def test_a_direct_link_names_the_rule_and_both_spellings(db):
    first = observe(db, email="An@Shop.vn")
    second = observe(db, source="crm", traits={"email": "an@shop.vn "})
    resolve(db)

    explained = explain(db, first, second)

    assert explained["linked"] is True
    assert explained["path"] == [
        {
            "from_raw_profile_id": first,
            "to_raw_profile_id": second,
            "rule": "exact:email",
            "score": 1,
            "identifier_type": "email",
            "value": "an@shop.vn",
            "first_sent": "An@Shop.vn",
            "second_sent": "an@shop.vn ",
        }
    ]
    assert explained["obstacles"] == []


def test_an_indirect_link_is_a_path_over_the_fewest_records(db):
    a = observe(db, email="a@shop.vn")
    ab = observe(db, email="a@shop.vn", phone="+84912345678")
    bc = observe(db, phone="+84 912 345 678", anonymous_id="c1")
    c = observe(db, anonymous_id="c1")
    observe(db, email="a@shop.vn", anonymous_id="c2")
    resolve(db)

    path = explain(db, a, c)["path"]

    assert [(step["from_raw_profile_id"], step["rule"], step["to_raw_profile_id"]) for step in path] == [
        (a, "exact:email", ab),
        (ab, "exact:phone", bc),
        (bc, "exact:anonymous_id", c),
    ]


def test_two_strangers_differ_in_what_both_have_and_lack_the_rest(db):
    first = observe(db, email="a@shop.vn", user_id="u1")
    second = observe(db, email="b@shop.vn", phone="+84912345678")
    resolve(db)

    explained = explain(db, first, second)

    assert explained["linked"] is False
    assert explained["path"] is None
    assert kinds(explained) == [("values_differ", "email"), ("absent", "user_id"), ("absent", "phone")]


def test_two_records_without_identifiers_say_nothing_to_compare(db):
    first, second = observe(db, traits={"city": "Hue"}), observe(db, traits={"city": "Vinh"})
    resolve(db)

    assert explain(db, first, second)["obstacles"] == [{"kind": "nothing_to_compare"}]


def test_a_shared_cookie_of_two_customers_is_contested_by_their_ids(db):
    first = observe(db, user_id="u1", anonymous_id="k1")
    second = observe(db, user_id="u2", anonymous_id="k1")
    resolve(db)

    explained = explain(db, first, second)

    assert kinds(explained)[:2] == [("contested", "anonymous_id"), ("conflict", "")]
    assert explained["obstacles"][1]["first_values"] == ["u1"]
    assert explained["obstacles"][1]["second_values"] == ["u2"]


def test_a_blocked_value_is_named_as_what_links_nobody(db):
    first = observe(db, email="test@test.com", user_id="u1")
    second = observe(db, email="test@test.com", phone="+84912345678")
    resolve(db)

    assert kinds(explain(db, first, second))[0] == ("blocked", "email")


def test_golden_records_and_identifiers_may_be_asked_for_as_well(db):
    first = observe(db, email="a@shop.vn")
    second = observe(db, email="a@shop.vn", user_id="u1")
    resolve(db)

    by_number = explain(db, first, second)

    assert explain(db, master_of(db, first), second)["path"] == by_number["path"]
    assert explain(db, "email=A@shop.vn", second)["path"] == by_number["path"]


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("999999", "U2301"),
        ("nobody", "U2301"),
        ("email=nobody@shop.vn", "U2404"),
        ("0198c0de-0000-7000-8000-000000000000", "U2404"),
        ("shoe_size=42", "U2405"),
    ],
)
def test_who_is_not_there_cannot_be_explained(db, who, code):
    known = observe(db, email="a@shop.vn")
    resolve(db)

    with pytest.raises(psycopg.Error) as refused:
        explain(db, known, who)

    assert refused.value.sqlstate == code


def test_explanations_show_masked_values_masked(db):
    first = observe(db, user_id="u1", national_id="012345678901")
    second = observe(db, source="crm", user_id="u1", national_id="012345678901")
    stranger = observe(db, user_id="u2", national_id="999999999999")
    resolve(db)

    profile = db.call("c360.explain_profile", "acme", master_of(db, first))
    shown = str([explain(db, first, second), explain(db, first, stranger), profile])

    assert "012345678901" not in shown
    assert "999999999999" not in shown
    assert "****8901" in shown


def test_an_explained_profile_says_what_each_record_says_masked_where_it_is(db):
    with as_owner(db.connection):
        db.execute(
            "UPDATE c360.profile_attributes SET is_masked = true WHERE tenant = 'acme' AND attribute = 'last_name'"
        )
    known = observe(db, email="a@shop.vn", traits={"firstName": "An", "lastName": "Featherstone"})
    resolve(db)

    (seen,) = db.call("c360.explain_profile", "acme", master_of(db, known))["observations"]

    assert seen["attributes"]["first_name"] == "An"
    assert "eatherst" not in str(seen)


def test_the_path_to_the_founder_goes_over_ties_of_all_kinds(db):
    founder = observe(db, user_id="u1", email="a@shop.vn")
    near = observe(db, email="a@shop.vn", phone="+84912345678")
    far = observe(db, phone="0084912345678")
    resolve(db)

    explained = db.call("c360.explain_profile", "acme", master_of(db, far))

    paths = {seen["raw_profile_id"]: seen["path"] for seen in explained["observations"]}
    assert paths[founder] == []
    assert [(step["rule"], step["to_raw_profile_id"]) for step in paths[far]] == [
        ("exact:phone", near),
        ("exact:email", founder),
    ]


def test_birth_dates_that_conflict_are_named(db):
    first = observe(db, email="an@shop.vn", traits={"birthday": "1990-02-03", "firstName": "An", "lastName": "Le"})
    second = observe(db, email="an@shop.vn", traits={"birthday": "1961-11-27", "firstName": "An", "lastName": "Le"})
    resolve(db)

    obstacles = explain(db, first, second)["obstacles"]

    assert ("conflict", ["1990-02-03"], ["1961-11-27"]) in [
        (one["kind"], one.get("first_values"), one.get("second_values")) for one in obstacles
    ]
    assert obstacles[0]["kind"] in {"contested", "review"}


def test_a_value_that_too_many_persons_have_is_named_as_shared(db):
    raws = [
        observe(db, email="office@shop.vn", traits={"firstName": first + "a", "lastName": last + "o"})
        for first in "bcdfg"
        for last in "hjklm"
    ]
    resolve(db)

    assert ("shared", "exact:email") in [
        (one["kind"], one.get("rule")) for one in explain(db, raws[0], raws[-1])["obstacles"]
    ]
