"""How the value of a column is read: lists, joined texts, answers about consent; what no golden record will take."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.types.json import Jsonb

from support.observations import resolve


@pytest.fixture
def first(db, extract, take):
    """first({"a": "x"}, {"a": "traits.b"}) imports one row of texts; answers its observation and the counts."""

    def run(row, mapping, **options):
        extract(", ".join(f'"{name}" text' for name in row), [tuple(row.values())])
        answer = take(mapping=mapping, guess=False, **options)
        return db.rows("SELECT identifiers, traits FROM tenant_acme.cdp_raw_profiles"), answer

    return run


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("VIP, tea,,coffee ", ["VIP", "tea", "coffee"]),
        ("a;b, c", ["a", "b, c"]),
        ('"VIP","tea, green"', ["VIP", "tea, green"]),
        ('"say ""hi""", x', ['say "hi"', "x"]),
        ("one\ntwo\r\nthree", ["one", "two", "three"]),
        ('["x, y", "z"]', ["x, y", "z"]),
        ('5" pipe, 6', ['5" pipe', "6"]),
        (" , ,", None),
        ("", None),
    ],
)
def test_a_text_is_split_into_a_list(first, text, values):
    [(_, traits)], _ = first({"t": text, "e": "an@shop.vn"}, {"t": "persona_tags[]", "e": "email"})

    assert traits.get("persona_tags") == values


def test_an_identifier_may_be_a_list(first):
    [(identifiers, _)], answer = first({"m": "a1@shop.vn; b2@shop.vn;a1@shop.vn"}, {"m": "identifiers.email[]"})

    assert identifiers == {"email": ["a1@shop.vn", "b2@shop.vn"]}
    assert answer["unusable"] == {}


def test_texts_of_several_columns_are_joined_in_their_order(first):
    row = {"family": "An", "given": " Nguyễn ", "middle": ""}

    [(_, traits)], _ = first(row, {"family": "full_name+3", "given": "full_name+1", "middle": "full_name+2"})

    assert traits == {"full_name": "Nguyễn An"}


@pytest.mark.parametrize(
    "mapping",
    [
        {"a": "city", "b": "city[]"},
        {"a": "city+1", "b": "city+1"},
        {"a": "city+1", "b": "city"},
        {"a": "user_id+1"},
        {"a": "observed_at[]"},
        {"a": "consents.news:maybe"},
    ],
)
def test_a_target_that_means_nothing_is_refused(extract, take, mapping):
    extract("a text, b text", [("x", "y")])

    with pytest.raises(psycopg.Error) as refused:
        take(mapping=Jsonb(mapping), guess=False)

    assert refused.value.sqlstate == "U1421"


@pytest.mark.parametrize(
    ("target", "value", "said"),
    [
        ("opted_out", "1", [False]),
        ("opted_out", "TRUE", [False]),
        ("opted_out", "0", []),
        ("refusals", "yes", []),
        ("refusals", "unsubscribed", [False]),
        ("granted_at", "2024-05-01 10:00", [True]),
        ("granted_at", "soon", []),
        ("denied_at", "2024-05-01 10:00", [False]),
        ("denied_at", "in May 7", [False]),
        ("denied_at", "0000-00-00 00:00:00", []),
        ("denied_at", "", []),
    ],
)
def test_a_column_says_yes_or_no_as_its_target_tells(db, first, target, value, said):
    first({"e": "an@shop.vn", "c": value}, {"e": "email", "c": f"consents.news:{target}"})

    assert [granted for (granted,) in db.rows("SELECT is_granted FROM tenant_acme.cdp_consents")] == said


def test_of_several_columns_a_no_wins(db, first):
    first(
        {"e": "an@shop.vn", "y": "yes", "n": "1"}, {"e": "email", "y": "consents.news", "n": "consents.news:opted_out"}
    )

    assert db.rows("SELECT is_granted FROM tenant_acme.cdp_consents") == [(False,)]


WRONG = {
    "email": "not-a-mail",
    "phone_number": "12",
    "date_of_birth": "2190-01-01",
    "gender": "purple",
    "country": "Atlantis",
    "latitude": "north",
    "has_children": "some",
    "identifiers.phone": "x",
}


@pytest.mark.parametrize("target", WRONG)
def test_what_no_golden_record_will_take_is_counted_and_costs_no_row(first, target):
    rows, answer = first({"v": WRONG[target], "n": "An"}, {"v": target, "n": "first_name"})

    assert len(rows) == 1
    assert answer["unusable"] == {target.removeprefix("identifiers."): 1}


@pytest.mark.parametrize("target", WRONG)
def test_strict_imports_refuse_it(first, target):
    rows, answer = first({"v": WRONG[target], "n": "An"}, {"v": target, "n": "first_name"}, reject_invalid=True)

    assert (rows, answer["rejected"]) == ([], 1)
    assert [reject["code"] for reject in answer["first_rejects"]] == ["U1439"]


@pytest.mark.parametrize("value", ["", "  ", "N/A", "null", "-", "#N/A"])
def test_what_stands_for_no_value_is_not_counted(first, value):
    targets = [target for target in WRONG if target != "has_children"]
    row = {f"c{place}": value for place in range(len(targets))} | {"n": "An"}

    _, answer = first(row, {f"c{place}": target for place, target in enumerate(targets)} | {"n": "first_name"})

    assert answer["unusable"] == {}


@pytest.mark.parametrize(
    ("country", "phone", "unusable"), [("Germany", "0171 2345678", {}), ("DE", "12", {"phone_number": 1})]
)
def test_a_number_is_read_by_the_country_of_its_row(db, first, country, phone, unusable):
    _, answer = first({"c": country, "p": phone, "n": "An"}, {"c": "country", "p": "phone_number", "n": "first_name"})
    resolve(db)

    assert answer["unusable"] == unusable
    assert db.value("SELECT phone_number FROM tenant_acme.cdp_profiles") == (None if unusable else "+491712345678")
