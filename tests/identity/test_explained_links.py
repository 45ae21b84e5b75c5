"""Explanations of generated records are true: what ties two holds, what keeps two apart fails.

Judged against the records as they were loaded, by rules written here once more; nothing is asked of the database but
the explanation. `pytest --people 10000` takes that many records.
"""

import json
import random
import re
from collections import defaultdict
from datetime import date
from itertools import product

import pytest
from benchmarks.identity.people import Options, Population
from benchmarks.identity.records import COLUMNS

from support.observations import resolve

IDENTIFIERS = {"web_visitor_id": "anonymous_id", "crm_source_id": "crm_id", "loyalty_id": "loyalty_id"}
TRAITS = {"email": "email", "phone_number": "phone"}
_PAIRS = 150


PHONE = re.compile("1?[2-9][0-9]{2}[2-9][0-9]{6}")
ZEROS = re.compile("(84)?0{8,}")
JUNK_PHONES = {"0000000000", "5550100"}
PLACEHOLDER = re.compile(r"(test|none|na|noreply)@.*|(.)\2{9}")


def digits(text):
    return re.sub("[^0-9]", "", text)


def is_certain(number, country):
    """Whether anybody would read this phone number alike: numbers with typos or of other countries are not loaded."""
    is_foreign = country == "VN" and not digits(number).startswith(("0", "84"))
    is_foreign = is_foreign or (number.startswith("+") and not number.startswith("+1"))
    return number in JUNK_PHONES or (bool(PHONE.fullmatch(digits(number))) and not is_foreign)


def comparable(kind, value):
    """The same value in one spelling; None for what says nothing."""
    text = " ".join(value.split()).strip()
    if kind == "email":
        text = text.lower()
    if kind == "phone":
        text = digits(text)
        text = text[-10:] if PHONE.fullmatch(text) else "zeros" if ZEROS.fullmatch(text) else ""
    return text if text.lower() not in {"", "n/a", "-", "null", "none", "unknown"} else None


def said(row):
    """What a record says by which it could be tied: {type: value as sent}. Zeros are a phone number in Vietnam only."""
    named = dict(zip(COLUMNS, row, strict=True))
    if ZEROS.fullmatch(named["phone_number"]) and named["country"] != "VN":
        named["phone_number"] = ""
    return {kind: named[column] for column, kind in {**IDENTIFIERS, **TRAITS}.items() if named[column]}


@pytest.fixture(scope="module")
def rows(pytestconfig):
    place, country = COLUMNS.index("phone_number"), COLUMNS.index("country")
    return [
        (*row[:place], row[place] if is_certain(row[place], row[country]) else "", *row[place + 1 :])
        for row in Population(Options(pytestconfig.getoption("people"))).rows()
    ]


@pytest.fixture
def loaded(db, rows):
    """The records in tenant acme, resolved: {raw_profile_id: what it says}."""
    observations = []
    for row in rows:
        named = dict(zip(COLUMNS, row, strict=True))
        traits = {name: value for name, value in named.items() if value and name not in IDENTIFIERS}
        for name in ("rec_id", "cluster_id", "source_system", "received_at"):
            del traits[name]
        sent = {kind: named[column] for column, kind in IDENTIFIERS.items() if named[column]}
        observations.append(
            (named["source_system"], json.dumps(sent), json.dumps(traits | {"number": named["rec_id"]}))
        )
    with db.connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO tenant_acme.cdp_raw_profiles (source, identifiers, traits) VALUES (%s, %s, %s)", observations
        )
    resolve(db, batch_size=5000)
    numbers = dict(db.rows("SELECT traits ->> 'number', raw_profile_id FROM tenant_acme.cdp_raw_profiles"))
    return {numbers[row[0]]: said(row) for row in rows}


@pytest.fixture
def owners(db):
    return dict(db.rows("SELECT raw_profile_id, master_profile_id FROM tenant_acme.cdp_profile_links"))


def holds(step, loaded):
    """Whether the rule of a step is true of the two records as they were loaded."""
    kind = step["rule"].removeprefix("exact:")
    sent = loaded[step["from_raw_profile_id"]].get(kind), loaded[step["to_raw_profile_id"]].get(kind)
    value = comparable(kind, sent[0])
    return (
        sent == (step["first_sent"], step["second_sent"])
        and value == comparable(kind, sent[1]) == comparable(kind, step["value"])
        and value not in {None, "zeros"}
        and not PLACEHOLDER.fullmatch(value)
    )


def test_every_link_holds_on_the_records_as_they_were_sent(db, loaded, owners):
    people = defaultdict(list)
    for raw, owner in owners.items():
        people[owner].append(raw)
    several = [(owner, sorted(raws)) for owner, raws in people.items() if len(raws) > 1]

    untrue, reached = [], 0
    for owner, raws in several:
        for seen in db.call("c360.explain_profile", "acme", owner)["observations"]:
            for step in seen["path"][:1]:
                assert step["from_raw_profile_id"] == seen["raw_profile_id"]
                assert step["to_raw_profile_id"] in raws
                reached += 1
                if not holds(step, loaded):
                    untrue.append(step)

    assert untrue == []
    assert reached == sum(len(raws) - 1 for _, raws in several) > len(loaded) / 3


def strangers(loaded, owners):
    """Pairs of different golden records, _PAIRS of either kind at most: that share a value, and any."""
    rng = random.Random(7)
    holders = defaultdict(list)
    for raw, record in loaded.items():
        for kind, value in record.items():
            holders[kind, comparable(kind, value)].append(raw)
    near = [
        pair
        for (_, value), raws in sorted(holders.items(), key=str)
        if value is not None and len(raws) > 1
        for pair in [rng.sample(raws, 2) for _ in range(20)]
        if owners[pair[0]] != owners[pair[1]]
    ]
    far = [rng.sample(sorted(loaded), 2) for _ in range(3 * _PAIRS)]
    return rng.sample(near, min(_PAIRS, len(near))), [pair for pair in far if owners[pair[0]] != owners[pair[1]]]


def test_every_obstacle_between_strangers_is_one(db, loaded, owners):
    of = defaultdict(lambda: defaultdict(set))
    for raw, record in loaded.items():
        for kind, value in record.items():
            if comparable(kind, value) is not None:
                of[owners[raw]][kind].add(comparable(kind, value))
    near, far = strangers(loaded, owners)
    asked = [*near, *far[: 2 * _PAIRS - len(near)]]

    untrue, kinds = [], set()
    for first, second in asked:
        explained = db.call("c360.explain_link", "acme", str(first), str(second))
        assert explained["linked"] is False
        assert explained["obstacles"] != [], (loaded[first], loaded[second])
        for obstacle in explained["obstacles"]:
            kinds.add(obstacle["kind"])
            if obstacle["kind"] == "review":
                sides = {owners[obstacle[f"{side}_raw_profile_id"]] for side in ("first", "second")}
                is_true = sides == {owners[first], owners[second]}
            else:
                is_true = stands(obstacle, of[owners[first]], of[owners[second]])
            if not is_true:
                untrue.append((obstacle, loaded[first], loaded[second]))

    assert untrue == []
    assert {"values_differ", "absent", "conflict"} <= kinds
    assert kinds & {"shared", "contested", "divided", "blocked"}
    assert len(asked) == 2 * _PAIRS


def stands(obstacle, one, other):
    """Whether an obstacle is true of two golden records: the condition that it says fails does fail."""
    kind = obstacle.get("identifier_type", "")
    if obstacle["kind"] == "conflict" and obstacle.get("attribute") == "date_of_birth":
        days = ([date.fromisoformat(day) for day in obstacle[f"{side}_values"]] for side in ("first", "second"))
        return not any(may_be_one_day(*pair) for pair in product(*days))
    if obstacle["kind"] == "conflict" and obstacle.get("attribute") == "name":
        names = [
            {" ".join(sorted(name.split())) for name in obstacle[f"{side}_values"]} for side in ("first", "second")
        ]
        return bool(names[0]) and bool(names[1]) and not names[0] & names[1]
    if obstacle["kind"] in {"values_differ", "conflict"}:
        return bool(one[kind]) and bool(other[kind]) and not one[kind] & other[kind]
    if obstacle["kind"] == "nothing_to_compare":
        return not any(one.values()) and not any(other.values())
    if obstacle["kind"] == "absent":
        return not one[kind] or not other[kind]
    if obstacle["kind"] == "limit":
        return len(one[kind] | other[kind]) > obstacle["limit"]
    if obstacle["kind"] in {"blocked", "shared", "divided", "contested"}:
        shared = {comparable(kind, value) for value in obstacle["values"]}
        return bool(shared) and shared <= one[kind] & other[kind]
    return False


def may_be_one_day(one, other):
    """Whether two days of birth may be one person's: a slip in one part, day and month swapped, an unknown day."""
    parts = [(one.year, other.year), (one.month, other.month), (one.day, other.day)]
    if sum(left != right for left, right in parts) <= 1:
        return True
    swapped = (one.month, one.day) == (other.day, other.month)
    unknown = (1, 1) in {(one.month, one.day), (other.month, other.day)}
    return one.year == other.year and (swapped or unknown)
