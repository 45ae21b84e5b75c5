"""While a model scores, two groups become one when they resemble each other as a whole, and not where one pair does."""

import pytest

from support.identity_rule import Pair
from support.observations import partition, resolve
from support.planned_pairs import enter, plan_pairs

SAME, UNSURE, ALIKE, STRANGE = 0.97, 0.6, 0.9, 0.2


def named(number: int, **identifiers: str) -> dict[str, str]:
    return {"first_name": "lan", "last_name": "tran", "date_of_birth": f"19{number + 60}-05-07", **identifiers}


def groups(db, records, pairs, *, has_model=True):
    plan_pairs(db, [Pair(one, other, "likely", verdict, score) for one, other, verdict, score in pairs], has_model)
    raws = [enter(db, number, record) for number, record in enumerate(records)]
    resolve(db)
    return {frozenset(raws.index(raw) for raw in person) for person in partition(db)}


def obstacles(db):
    return db.column("SELECT obstacle FROM tenant_acme.cdp_match_reviews WHERE status = 'open' AND score > 0.8")


def test_pairs_that_match_make_one_person_whatever_the_day_of_birth(db):
    found = groups(db, [named(1), named(15)], [(0, 1, "match", SAME)])

    assert found == {frozenset({0, 1})}


def test_whoever_resembles_one_of_several_is_refused_by_the_others_and_goes_to_review(db):
    pairs = [(0, 1, "match", SAME), (0, 2, "match", SAME), (1, 2, "match", SAME), (2, 3, "match", ALIKE)]

    found = groups(db, [named(n) for n in range(4)], pairs)

    assert found == {frozenset({0, 1, 2}), frozenset({3})}
    assert obstacles(db) == ["score"]


def test_pairs_for_review_speak_for_and_against_as_well(db):
    inside = [(0, 1, "match", SAME), (2, 3, "match", SAME), (1, 2, "match", ALIKE)]

    for_one_person = [(0, 2, "review", UNSURE), (0, 3, "review", UNSURE), (1, 3, "review", UNSURE)]
    found = groups(db, [named(n) for n in range(4)], inside + for_one_person)

    assert found == {frozenset(range(4))}


def test_pairs_kept_as_evidence_keep_apart_and_go_to_nobody(db):
    inside = [(0, 1, "match", SAME), (2, 3, "match", SAME), (1, 2, "match", ALIKE)]

    against = [(0, 2, "evidence", STRANGE), (0, 3, "evidence", STRANGE), (1, 3, "evidence", STRANGE)]
    found = groups(db, [named(n) for n in range(4)], inside + against)

    assert found == {frozenset({0, 1}), frozenset({2, 3})}
    assert db.column("SELECT score FROM tenant_acme.cdp_match_reviews WHERE status = 'open'") == [pytest.approx(ALIKE)]


def test_exclusive_values_stand_against_every_score(db):
    found = groups(db, [named(1, user_id="u1"), named(1, user_id="u2")], [(0, 1, "match", SAME)])

    assert len(found) == 2
    assert obstacles(db) == ["conflict:user_id"]


@pytest.mark.parametrize(("has_model", "persons"), [(True, 2), (False, 1)])
def test_an_address_that_a_model_weighs_ties_no_two_who_say_who_they_are(db, has_model, persons):
    records = [named(1, email="a@s.vn"), named(1, email="a@s.vn", phone="+12025550101")]

    assert len(groups(db, records, [], has_model=has_model)) == persons


def test_an_address_that_a_model_weighs_attaches_who_says_nothing(db):
    assert groups(db, [named(1, email="a@s.vn"), {"email": "a@s.vn"}], []) == {frozenset({0, 1})}


def test_who_says_nothing_is_attached_to_none_of_several(db):
    records = [named(1, email="a@s.vn"), named(2, email="a@s.vn"), {"email": "a@s.vn"}]

    assert len(groups(db, records, [])) == 3
