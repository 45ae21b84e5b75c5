"""Composite rules: which pairs they make, whoever comes first, and what they say about a pair."""

import itertools
import random

import pytest

from c360.governance import sync_tenant
from support.observations import observe, partition, resolve

SAME_PERSON = {
    "all": [
        {"attribute": "date_of_birth", "compare": "exact"},
        {"attribute": "last_name", "compare": "metaphone"},
        {"attribute": "first_name", "compare": "trigram", "at_least": 0.4},
    ]
}
BORN = {"attribute": "date_of_birth", "compare": "exact"}


def _rule(db, definition, rule="same_person", **more):
    db.call("c360.set_match_rule", "acme", rule, "composite", definition, **more)
    sync_tenant(db.connection, "acme")


def _person(first, last, born="1990-02-03", **traits):
    return {"firstName": first, "lastName": last, "birthday": born, **traits}


def _pairs(db):
    return db.rows(
        "SELECT low_raw_profile_id, high_raw_profile_id, rule, verdict FROM tenant_acme.cdp_match_pairs"
        " ORDER BY 1, 2, 3"
    )


def _anonymous(db, *people, batch_size=1000):
    """Observations without any identifier in common; resolved."""
    ids = [observe(db, traits={**traits, "n": number}) for number, traits in enumerate(people)]
    resolve(db, batch_size=batch_size)
    return ids


def test_two_observations_that_fulfil_all_conditions_become_one_person(db):
    _rule(db, SAME_PERSON)

    a, b, c = _anonymous(
        db, _person("Katharine", "Smith"), _person("Catharine", "Smyth"), _person("Katharine", "Smith", "1990-02-04")
    )

    assert _pairs(db) == [(a, b, "same_person", "match")]
    assert partition(db) == {frozenset({a, b}), frozenset({c})}


def test_names_are_compared_in_standard_form(db):
    _rule(
        db,
        {
            "all": [
                BORN,
                {"attribute": "last_name", "compare": "exact"},
                {"attribute": "first_name", "compare": "exact"},
            ]
        },
    )

    a, b = _anonymous(db, _person("Đức", "NGUYỄN"), {"name": "Nguyễn Đức", "birthday": "1990-02-03"})

    assert partition(db) == {frozenset({a, b})}


def test_what_one_of_the_two_does_not_say_fulfils_no_condition(db):
    _rule(db, {"all": [BORN, {"attribute": "city", "compare": "exact"}]})

    a, b, c = _anonymous(db, _person("An", "Le", city="Hue"), _person("An", "Le"), _person("An", "Le", city="null"))

    assert _pairs(db) == []
    assert partition(db) == {frozenset({a}), frozenset({b}), frozenset({c})}


def test_a_rule_for_review_joins_nobody(db):
    _rule(db, {**SAME_PERSON, "verdict": "review"})

    a, b = _anonymous(db, _person("Katharine", "Smith"), _person("Catharine", "Smyth"))

    assert _pairs(db) == [(a, b, "same_person", "review")]
    assert partition(db) == {frozenset({a}), frozenset({b})}


def test_every_comparison_takes_part(db):
    _rule(
        db,
        {
            "all": [
                {"attribute": "city", "compare": "exact"},
                {"attribute": "first_name", "compare": "levenshtein", "at_most": 1},
                {"attribute": "date_of_birth", "compare": "date_close", "within_days": 0, "swapped": True},
                {"attribute": "latitude", "compare": "numeric_close", "within": 0.5},
                {"attribute": "longitude", "compare": "numeric_close", "within_ratio": 0.01},
            ]
        },
    )
    fits = {"city": "Hà Nội", "latitude": 21.0, "longitude": 105.8}

    ids = _anonymous(
        db,
        _person("Minh", "Le", "1990-02-03", **fits),
        _person("Mihn", "Le", "1990-03-02", **fits),  # two letters
        _person("Min", "Le", "1990-03-02", **{**fits, "city": "HA NOI", "latitude": 21.4, "longitude": 106}),
        _person("Min", "Le", "1990-03-02", **{**fits, "latitude": 21.6}),
        _person("Min", "Le", "1990-03-03", **fits),
        _person("Min", "Le", "1990-03-02", **{**fits, "longitude": 107}),
    )

    assert (ids[0], ids[2]) in {(low, high) for low, high, *_ in _pairs(db)}
    assert {high for low, high, *_ in _pairs(db) if low == ids[0]} == {ids[2]}


def test_a_rule_switched_off_or_removed_makes_no_pairs(db):
    _rule(db, SAME_PERSON)
    _rule(db, SAME_PERSON, p_is_active=False)
    _anonymous(db, _person("Katharine", "Smith"), _person("Catharine", "Smyth"))

    off = _pairs(db)
    db.call("c360.remove_match_rule", "acme", "same_person")
    sync_tenant(db.connection, "acme")
    _anonymous(db, _person("Kate", "Smith"), _person("Kate", "Smith"))

    assert (off, _pairs(db)) == ([], [])


PEOPLE = [
    _person(first, last, born)
    for first, last, born in itertools.product(
        ("Katharine", "Catharine", "Kathryn"), ("Smith", "Schmidt", "Jones"), ("1990-02-03", "1990-03-02")
    )
]


@pytest.mark.parametrize("seed", range(4))
def test_pairs_are_the_same_for_any_order_and_batch_size(db, seed):
    dice = random.Random(seed)
    found = []
    for batch_size in (1, 5, 1000):
        with db.connection.transaction(force_rollback=True):
            _rule(db, SAME_PERSON)
            _rule(db, {"all": [BORN], "block_limit": 8, "verdict": "review"}, rule="same_day")
            order = dice.sample(range(len(PEOPLE)), len(PEOPLE))
            ids = _anonymous(db, *(PEOPLE[number] for number in order), batch_size=batch_size)
            number_of = dict(zip(ids, order, strict=True))
            found.append({(frozenset({number_of[low], number_of[high]}), rule) for low, high, rule, _ in _pairs(db)})

    assert found[0] == found[1] == found[2]
    assert {rule for _, rule in found[0]} == {"same_person"}  # 9 people a day are too many for same_day


def test_a_key_that_too_many_hold_takes_its_pairs_back(db):
    _rule(db, {"all": [BORN, {"attribute": "last_name", "compare": "exact"}], "block_limit": 3})
    people = [_person(name, "Le") for name in ("Nora", "N.", "Norah", "Nora M")]

    three = _anonymous(db, *people[:3])
    before = partition(db)
    fourth = observe(db, traits={**people[3], "n": 3})
    resolve(db)

    assert before == {frozenset(three)}
    assert _pairs(db) == []
    assert partition(db) == {frozenset({one}) for one in (*three, fourth)}


def test_a_pair_found_under_another_key_stays_when_one_gets_crowded(db):
    sounds = {"attribute": "last_name", "compare": "metaphone"}
    _rule(db, {"all": [BORN, sounds], "block_limit": 3})

    # Smith has the codes SM0 and XMT, Schmidt XMT and SMT: all share XMT, the Smiths also SM0.
    a, b, *_ = _anonymous(
        db, *(_person(f"N{number}", last) for number, last in enumerate(("Smith", "Smith", "Schmidt", "Schmidt")))
    )

    assert (a, b, "same_person", "match") in _pairs(db)


def test_evaluating_a_rule_agrees_with_the_pairs_it_makes(db):
    _rule(db, SAME_PERSON)
    ids = _anonymous(db, *PEOPLE)
    made = {(low, high) for low, high, *_ in _pairs(db)}

    holds = {
        (low, high)
        for low, high in itertools.combinations(sorted(ids), 2)
        if _evaluate(db, "same_person", low, high)["holds"]
    }

    assert made
    assert holds == made


def test_an_evaluated_rule_shows_each_condition_with_both_values_as_sent_and_as_compared(db):
    _rule(db, SAME_PERSON)
    low, high = _anonymous(db, _person("Đức", "Schmidt", "2/3/1990"), {"name": "Duc Smith", "birthday": "1990-02-03"})

    answer = _evaluate(db, "same_person", low, high)

    assert answer["conditions"][1] == {
        "attribute": "last_name",
        "compare": "metaphone",
        "sent": ["Schmidt", "Duc Smith"],
        "compared": ["schmidt", "smith"],
        "holds": True,
    }
    assert answer["conditions"][0]["sent"] == ["2/3/1990", "1990-02-03"]
    assert answer["conditions"][2]["compared"] == ["duc", "duc"]
    assert (answer["holds"], answer["verdict"], answer["kind"]) == (True, "match", "composite")


def test_an_evaluated_rule_never_shows_masked_values(db):
    db.execute(
        "UPDATE c360.profile_attributes SET is_masked = true"
        " WHERE tenant = 'acme' AND attribute IN ('date_of_birth', 'full_name')"
    )
    _rule(db, SAME_PERSON)
    low, high = _anonymous(db, _person("Katharine", "Smith"), {"name": "Katharine Smith", "birthday": "1990-02-03"})

    answer = _evaluate(db, "same_person", low, high)

    assert answer["holds"] is True
    assert answer["conditions"][0]["sent"] == ["****", "****"]
    shown = str([condition[key] for condition in answer["conditions"] for key in ("sent", "compared")])
    assert not any(secret in shown for secret in ("1990", "02-03", "Katharine", "katharine", "Smith"))


def test_a_link_made_by_a_rule_is_explained_condition_by_condition(db):
    _rule(db, SAME_PERSON)
    a, b = _anonymous(db, _person("Katharine", "Smith"), _person("Catharine", "Smyth"))

    (step,) = db.call("c360.explain_link", "acme", str(a), str(b))["path"]

    assert step["rule"] == "same_person"
    assert [condition["holds"] for condition in step["conditions"]] == [True, True, True]


def test_a_missing_link_names_the_conditions_that_fail(db):
    _rule(db, SAME_PERSON)
    a, b = _anonymous(db, _person("Katharine", "Smith"), _person("Catharine", "Jones"))

    obstacles = db.call("c360.explain_link", "acme", str(a), str(b))["obstacles"]

    (failing,) = [obstacle for obstacle in obstacles if obstacle.get("rule") == "same_person"]
    assert failing["kind"] == "conditions_fail"
    assert [condition["attribute"] for condition in failing["conditions"]] == ["last_name"]


def test_there_is_nothing_to_evaluate_in_a_rule_that_is_not_there(db):
    assert _evaluate(db, "nobody", 1, 2) is None


def _evaluate(db, rule, low, high):
    with db.connection.transaction():
        db.value("SELECT set_config('search_path', 'pg_catalog, tenant_acme, pg_temp', true)")
        answer = db.value("SELECT c360._evaluate_rule('acme', %s, %s, %s)", rule, low, high)
        db.value("SELECT set_config('search_path', '\"$user\", public', true)")
    return answer


def test_a_hundred_thousand_observations_are_looked_up_by_key(db):
    _rule(db, SAME_PERSON)
    db.execute("SET LOCAL ROLE c360_owner")
    db.execute(
        """
        INSERT INTO tenant_acme.cdp_standard_profiles (raw_profile_id, attributes, given_name, family_name, birth_date)
        SELECT n, '{}', 'anna' || n % 7, chr(97 + n % 26) || 'orten', date '1950-01-01' + n % 20000
        FROM generate_series(1, 100000) AS n
        """
    )
    db.value("SELECT count(*) FROM tenant_acme.candidate_pairs(ARRAY(SELECT generate_series(1, 100000)))")
    before = _read(db)

    db.value("SELECT count(*) FROM tenant_acme.candidate_pairs(ARRAY(SELECT generate_series(50001, 50100)))")

    scans, rows = (after - start for after, start in zip(_read(db), before, strict=True))
    assert scans == 0
    assert rows < 100 * 100


def _read(db):
    """Sequential scans and rows fetched of the tables that rules read, in this transaction."""
    return db.rows(
        "SELECT sum(seq_scan), sum(idx_tup_fetch + seq_tup_read) FROM pg_stat_xact_user_tables"
        " WHERE schemaname = 'tenant_acme' AND relname IN ('cdp_match_keys', 'cdp_standard_profiles')"
    )[0]
