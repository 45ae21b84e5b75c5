"""What match rules saw in two records, link or not: values, levels, weights, and that they add up to the score."""

from itertools import pairwise
from random import Random

import pytest

from c360.governance import sync_tenant
from c360.governance.tenants import as_owner
from support.observations import observe, resolve

GIVEN = ["anna", "bela", "carl", "dora", "emil", "fina", "gero", "hugo", "ines", "jona"]
SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pa", "re"]


def explain(db, first, second):
    return db.call("c360.explain_link", "acme", str(first), str(second))


def composite(db, verdict="match"):
    conditions = [{"attribute": name, "compare": "exact"} for name in ("date_of_birth", "last_name")]
    db.call("c360.set_match_rule", "acme", "same", "composite", {"all": conditions, "verdict": verdict})
    sync_tenant(db.connection, "acme")


def people(count):
    """Two records of each person; one day of birth in ten is somebody else's."""
    rng = Random(3)
    for number in range(count):
        given, family = rng.choice(GIVEN), "".join(rng.choice(SYLLABLES) for _ in range(3))
        born = f"{rng.randint(1940, 2005)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        other = born if rng.random() < 0.9 else f"1930-01-{number % 28 + 1:02d}"
        yield [
            (source, {"firstName": given, "lastName": family, "birthday": day, "number": number})
            for source, day in (("a", born), ("b", other))
        ]


@pytest.fixture
def scored(db):
    """A trained model; the numbers of both observations of each person."""
    db.call("c360.set_match_rule", "acme", "person", "scored", {})
    sync_tenant(db.connection, "acme")
    numbers = [[observe(db, source=source, traits=traits) for source, traits in records] for records in people(120)]
    db.call("c360.train_match_model", "acme", "person")
    resolve(db)
    return numbers


def score_of(explained):
    """The score that the stated figures come to, by the arithmetic of the method."""
    bits = explained["prior_bits"] + explained["rarity_bits"] + sum(one["weight"] for one in explained["comparisons"])
    assert explained["bits"] == pytest.approx(bits, abs=1e-5)
    return 1 / (1 + 2**-bits)


def test_the_weights_of_a_scored_link_add_up_to_its_score_and_reach_the_threshold(db, scored):
    steps = [step for one in scored for step in explain(db, *one)["path"] or []]

    assert len(steps) > 60
    for step in steps:
        assert step["rule"] == "person"
        assert step["score"] == pytest.approx(score_of(step), abs=1e-4)
        assert step["holds"] is True
        assert score_of(step) >= step["threshold"] == pytest.approx(0.8)


def test_each_comparison_of_a_scored_link_shows_both_values_and_the_level(db, scored):
    step = next(step for one in scored for step in explain(db, *one)["path"] or [])

    traits = db.column(
        "SELECT traits FROM tenant_acme.cdp_raw_profiles WHERE raw_profile_id = ANY (%s) ORDER BY 1",
        [step["from_raw_profile_id"], step["to_raw_profile_id"]],
    )
    shown = {one["comparison"]: one for one in step["comparisons"]}
    assert shown["first_name"]["compared"] == [sent["firstName"] for sent in traits]
    assert shown["last_name"]["compared"] == [sent["lastName"] for sent in traits]
    assert shown["date_of_birth"]["compared"] == [sent["birthday"] for sent in traits]
    assert shown["last_name"]["level"] == "equal"
    assert (shown["email"]["level"], shown["email"]["weight"]) == ("absent", 0)


def test_two_strangers_stay_below_the_threshold_by_the_weights_shown(db, scored):
    obstacles = [
        obstacle
        for one, other in pairwise(scored)
        for obstacle in explain(db, one[0], other[0])["obstacles"]
        if obstacle["kind"] == "below_threshold"
    ]

    assert len(obstacles) > 100
    for obstacle in obstacles:
        assert obstacle["score"] == pytest.approx(score_of(obstacle), abs=1e-4)
        assert score_of(obstacle) < obstacle["threshold"]


def test_a_scored_rule_without_a_model_is_named_as_what_is_missing(db):
    db.call("c360.set_match_rule", "acme", "person", "scored", {})
    sync_tenant(db.connection, "acme")
    first, second = observe(db, traits={"firstName": "An"}), observe(db, traits={"firstName": "Binh"})
    resolve(db)

    kinds = [(one["kind"], one.get("rule")) for one in explain(db, first, second)["obstacles"]]

    assert ("no_model", "person") in kinds


def test_comparisons_of_a_scored_rule_show_masked_values_masked(db, scored):
    with as_owner(db.connection):
        db.execute(
            "UPDATE c360.profile_attributes SET is_masked = true WHERE tenant = 'acme' AND attribute = 'last_name'"
        )
    first, second = scored[0]
    (family,) = db.column(
        "SELECT DISTINCT family_name FROM tenant_acme.cdp_standard_profiles WHERE raw_profile_id = %s", first
    )

    shown = str([explain(db, first, second), explain(db, first, scored[1][0])])

    assert family not in shown
    assert "****" in shown


def test_how_far_masked_values_agree_is_not_told(db, scored):
    with as_owner(db.connection):
        db.execute(
            "UPDATE c360.profile_attributes SET is_masked = true WHERE tenant = 'acme' AND attribute = 'last_name'"
        )

    step = next(step for one in scored for step in explain(db, *one)["path"] or [])

    told = {one["comparison"]: (one["level"], one["weight"], one["family"]) for one in step["comparisons"]}
    hidden = {name for name, (level, *_) in told.items() if level == "masked"}
    assert hidden
    assert {told[name] for name in hidden} == {("masked", None, False)}
    assert any(weight for level, weight, _ in told.values() if level not in ("masked", "absent"))
    assert step["rarity_bits"] is None


SMITH = {"firstName": "Kate", "lastName": "Smith", "birthday": "1990-02-03"}


def test_a_composite_rule_is_told_of_by_the_records_that_fulfil_it(db):
    composite(db)
    fulfils = observe(db, user_id="u1", email="kate@shop.vn", traits=SMITH)
    asked = observe(db, email="kate@shop.vn")
    other = observe(db, user_id="u2", traits=SMITH)
    resolve(db)

    obstacle = next(
        one for one in explain(db, asked, other)["obstacles"] if one.get("rule") == "same" and "conditions" in one
    )

    assert obstacle["kind"] == "contested"
    assert (obstacle["first_raw_profile_id"], obstacle["second_raw_profile_id"]) == (fulfils, other)
    assert {condition["holds"] for condition in obstacle["conditions"]} == {True}


def test_a_composite_rule_for_people_is_named_as_one(db):
    composite(db, verdict="review")
    first = observe(db, user_id="u1", traits=SMITH)
    second = observe(db, user_id="u2", traits=SMITH)
    resolve(db)

    kinds = [one["kind"] for one in explain(db, first, second)["obstacles"] if one.get("rule") == "same"]

    assert kinds == ["review", "for_review"]
