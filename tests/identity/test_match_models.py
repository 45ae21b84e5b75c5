"""The scored match rule: what training learns, and that pairs are scored by it alone.

People are made here with known probabilities of every fault, so that what training should find is known beforehand.
"""

from __future__ import annotations

import contextlib
import math
from itertools import combinations
from random import Random
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from c360.governance import Permissions, apply_declaration, sync_tenant
from c360.governance.declaration import AttributeEntry, Declaration
from support.faulty_people import KEPT, PEOPLE, load, records
from support.observations import resolve
from support.session import Session

SCHEMA = "tenant_acme"
PLACES = [f"{start}{end}" for start in ("ash", "brook", "clay", "dal", "elm") for end in ("bury", "ford", "ham", "ton")]


def with_rule(db: Session, definition: dict[str, Any] | None = None) -> None:
    db.call("c360.set_match_rule", "acme", "person", "scored", definition or {})
    sync_tenant(db.connection, "acme")


def inside(db: Session) -> None:
    """Call internal functions of the tenant as its functions do."""
    db.execute(f"SET LOCAL search_path = pg_catalog, {SCHEMA}, pg_temp")


def pairs(db: Session) -> list[tuple[Any, ...]]:
    return db.rows(f"SELECT * FROM {SCHEMA}.cdp_match_pairs ORDER BY 1, 2, 3")


def scored(db: Session) -> list[tuple[Any, ...]]:
    """Score everything at once and read the pairs."""
    inside(db)
    db.value("SELECT c360._rescore_pairs('acme')")
    return pairs(db)


@pytest.fixture(scope="module")
def trained_database(module_database):
    with psycopg.connect(module_database.dsn) as connection:
        db = Session(connection)
        with_rule(db)
        load(db, records(7))
        db.call("c360.train_match_model", "acme")
    return module_database


@pytest.fixture
def trained(trained_database):
    """A session in which a model scores already; what a test does there is rolled back."""
    with contextlib.closing(psycopg.connect(trained_database.dsn, application_name="test")) as connection:
        yield Session(connection)


def test_training_finds_how_often_records_of_one_person_agree(trained):
    model = trained.row(f"SELECT recipe, m FROM {SCHEMA}.cdp_match_models")

    for number, comparison in enumerate(model[0]["comparisons"]):
        if comparison["name"] in KEPT:
            assert model[1][number * 9 + 1] == pytest.approx(KEPT[comparison["name"]], abs=0.07), comparison["name"]


@pytest.mark.parametrize(("said", "told_by"), [("email", "email"), ("birth_place", "given name")])
def test_names_are_learnt_where_nobody_says_a_birth_date(db, said, told_by):
    """Keys of names and birth dates leave no name free then: the next keys in turn teach it."""
    own_texts(db, "birth_place")
    with_rule(db)
    rng = Random(11)
    places = [rng.choice(PLACES) for _ in range(PEOPLE)]
    people = [traits | {"birth_place": places[number // 2]} for number, traits in enumerate(records(11))]
    load(db, [{name: traits[name] for name in ("first_name", "last_name", said)} for traits in people])

    db.call("c360.train_match_model", "acme")

    recipe, m, passes = db.row(f"SELECT recipe, m, convergence FROM {SCHEMA}.cdp_match_models")
    names = [comparison["name"] for comparison in recipe["comparisons"]]
    assert told_by in [one["pass"] for one in passes]
    for name in ("first_name", "last_name"):
        assert m[names.index(name) * 9 + 1] == pytest.approx(KEPT[name], abs=0.1), name
        assert weights_of(db, name)[-1] < -1, "what nothing told would say nothing"


def test_a_text_that_repeats_the_name_is_not_counted_beside_it(db):
    own_texts(db, "label")
    with_rule(db)
    people = records(7)
    load(db, [traits | {"label": f"Dr. {traits['first_name']} {traits['last_name']}"} for traits in people])
    db.call("c360.train_match_model", "acme")
    labelled = {name: weights_of(db, name) for name in KEPT}

    shown = {comparison["name"]: comparison for comparison in db.call("c360.match_model", "acme")["comparisons"]}
    assert not shown["label"]["is_observed"]
    db.execute(f"UPDATE {SCHEMA}.cdp_raw_profiles SET traits = traits - 'label'")
    db.value(f"SELECT {SCHEMA}.standardise_profiles(array_agg(raw_profile_id)) FROM {SCHEMA}.cdp_raw_profiles")
    db.call("c360.train_match_model", "acme")
    assert labelled == {name: weights_of(db, name) for name in KEPT}


@pytest.mark.parametrize(
    ("name", "text", "is_kept"),
    [
        ({"first_name": "Tom", "last_name": "Clifford"}, "clifford, tom", False),
        ({"first_name": "Tom", "last_name": "Clifford"}, "Tom Clifford of Devon", False),
        ({"first_name": "Tom Henry", "last_name": "Clifford"}, "Tom Clifford", False),
        ({"last_name": "Clifford"}, "clifford", False),
        ({"first_name": "Tom", "last_name": "Clifford"}, "Clifford", True),
        ({"last_name": "Clifford"}, "Clifford and sons", True),
        ({"first_name": "Tom", "last_name": "Clifford"}, "Cliffordshire", True),
        ({}, "Tom Clifford", True),
    ],
)
def test_a_text_repeats_a_name_when_it_holds_all_of_it_or_nothing_else(db, name, text, is_kept):
    own_texts(db, "label")
    with_rule(db)
    load(db, [name | {"label": text}])
    inside(db)
    db.value("SELECT c360._refill_match_fields(NULL)")

    (fields,) = db.column("SELECT fields FROM cdp_match_fields")
    comparisons = {comparison["name"]: comparison for comparison in db.value("SELECT match_recipe()")["comparisons"]}
    assert (fields[comparisons["label"]["place"] - 1] is not None) == is_kept


def test_people_of_whom_only_own_attributes_are_known_can_be_scored(db):
    own_texts(db, "motto", "label")
    with_rule(db)
    load(
        db,
        [
            {"motto": f"{one['last_name']} {one['email'][-15:]}", "label": one["first_name"] + one["last_name"]}
            for one in records(7)
        ],
    )

    db.call("c360.train_match_model", "acme")

    assert len([pair for pair in scored(db) if pair[3] == "match" and pair[0] + 1 == pair[1]]) > PEOPLE / 4


def test_training_counts_how_often_two_persons_agree(trained):
    u = trained.value(f"SELECT u FROM {SCHEMA}.cdp_match_models")
    people = records(7)
    same = sum(
        a["first_name"] == b["first_name"] for place, a in enumerate(people) for b in people[place + 1 :]
    ) / math.comb(len(people), 2)

    assert u[1] == pytest.approx(same, rel=0.01)


def test_training_finds_how_many_pairs_are_one_person(trained):
    found = trained.value(f"SELECT lambda FROM {SCHEMA}.cdp_match_models")

    assert found * math.comb(2 * PEOPLE, 2) == pytest.approx(PEOPLE, rel=0.1)


def test_training_twice_gives_the_same_model(trained):
    trained.call("c360.train_match_model", "acme")

    one, other = trained.rows(f"SELECT lambda, m, u, weights, record_count, pair_count FROM {SCHEMA}.cdp_match_models")
    assert one == other


def test_a_score_is_prior_odds_times_the_weights_of_its_levels_and_the_rarity_of_its_names(trained):
    found = scored(trained)
    recipe, weights, u, rate, count = trained.row(
        f"SELECT recipe, weights, u, lambda, record_count FROM {SCHEMA}.cdp_match_models"
    )
    share = dict(trained.rows(f"SELECT (comparison, value)::text, frequency FROM {SCHEMA}.cdp_match_frequencies"))
    said = dict(trained.rows(f"SELECT raw_profile_id, fields FROM {SCHEMA}.cdp_match_fields"))

    assert found
    for low, _high, _rule, verdict, score, levels in Random(1).sample(found, 100):
        bits = math.log2(rate / (1 - rate))
        for number, (comparison, level) in enumerate(zip(recipe["comparisons"], levels, strict=True)):
            bits += weights[number * 9 + level]
            if comparison["has_frequencies"] and level == 1:
                value = said[low][comparison["place"] - 1]
                bits += math.log2(u[number * 9 + 1] / share.get(f"({number + 1},{value})", 1 / count))
        assert score == pytest.approx(1 / (1 + 2**-bits), abs=1e-4)
        assert verdict in (("match", "kin") if score >= 0.8 else ("review",) if score >= 0.5 else ("evidence",))


@pytest.mark.parametrize("least", [-5, 0, 8, 15])
def test_a_pair_that_is_left_out_early_could_not_have_reached_the_bits_it_needs(trained, least):
    inside(trained)
    ids = trained.column("SELECT raw_profile_id FROM cdp_match_fields ORDER BY 1 LIMIT 120")
    every = [(low, high) for low in ids for high in ids if low < high]
    lows, highs = map(list, zip(*every, strict=True))
    compared = (
        "SELECT compared.* FROM cdp_match_models AS model"
        " CROSS JOIN LATERAL match_levels(model.match_model_id, %s, %s, model.weights, %s::float8) AS compared"
    )

    full = {tuple(row[:2]): row for row in trained.rows(compared, lows, highs, None)}
    kept = {tuple(row[:2]): row for row in trained.rows(compared, lows, highs, least)}

    assert len(full) == len(every) > len(kept)
    assert kept == {pair: full[pair] for pair in kept}
    assert {pair for pair, row in full.items() if row[3] + row[4] >= least} <= kept.keys()


@pytest.mark.parametrize("is_sweep", [True, False])
def test_reading_all_keys_finds_the_candidates_that_looking_keys_up_finds(trained, is_sweep):
    trained.call("c360.resolve_identities", "acme", 100)
    inside(trained)
    ids = trained.column("SELECT raw_profile_id FROM cdp_match_fields ORDER BY 1")
    own, every = ids[50:250:2], ids[40:300]
    model = trained.value("SELECT match_model_id FROM cdp_match_models")

    few, among_all = (
        sorted(trained.rows(f"SELECT * FROM {search}(%s, %s, %s, %s)", model, own, every, is_sweep))
        for search in ("candidates_of_few", "candidates_among_all")
    )

    assert few
    assert few == among_all


def test_observations_scored_as_they_arrive_make_the_same_pairs_as_all_at_once(db):
    people = records(7)
    Random(3).shuffle(people)
    with_rule(db)
    load(db, people)
    db.call("c360.train_match_model", "acme")

    resolve(db, batch_size=70)
    as_they_arrived = pairs(db)

    assert as_they_arrived
    assert scored(db) == as_they_arrived


def test_what_waits_for_the_resolver_is_not_scored_yet(trained):
    first = trained.column(f"SELECT raw_profile_id FROM {SCHEMA}.cdp_raw_profiles ORDER BY 1 LIMIT 100")
    trained.call("c360.resolve_identities", "acme", 100)

    assert {raw for low, high, *_ in pairs(trained) for raw in (low, high)} <= set(first)


def read_otherwise(db: Session) -> int:
    """Let the standard form of one observation that waits for the resolver be something else than what it says."""
    return db.value(
        f"UPDATE {SCHEMA}.cdp_standard_profiles SET given_name = 'somebody' WHERE raw_profile_id ="
        f" (SELECT min(raw_profile_id) FROM {SCHEMA}.cdp_standard_profiles) RETURNING raw_profile_id"
    )


def given_name(db: Session, raw_profile_id: int) -> str:
    return db.value(f"SELECT given_name FROM {SCHEMA}.cdp_standard_profiles WHERE raw_profile_id = %s", raw_profile_id)


def test_what_training_has_read_is_not_read_again(trained):
    number = read_otherwise(trained)

    resolve(trained)

    assert given_name(trained, number) == "somebody"


@pytest.mark.parametrize("trains_again", [True, False])
def test_what_training_has_read_is_read_again_when_other_functions_are_in_force(trained, trains_again):
    number = read_otherwise(trained)
    hobby = {"hobby": AttributeEntry(data_type="text", normaliser="text")}
    apply_declaration(trained.connection, Declaration(tenant="acme", attributes=hobby), Permissions(), lambda _: True)

    if trains_again:
        trained.call("c360.train_match_model", "acme")
    else:
        resolve(trained)

    assert given_name(trained, number) != "somebody"


@pytest.mark.parametrize("match", [0.8, 0.3])
def test_who_is_left_out_of_the_partition_would_be_one_person_there(db, match):
    with_rule(db)
    load(db, records(7))
    inside(db)
    numbers = db.column("SELECT raw_profile_id FROM cdp_raw_profiles ORDER BY 1")
    random, groups = Random(5), []
    while len(numbers) > 5:
        size = random.randint(2, 5)
        groups.append([numbers.pop() for _ in range(size)][::-1])
    kept = [
        (low, high, random.choice([0.12, 0.35, 0.45, 0.55, 0.82, 0.93, 0.97, 0.995, 0.9999]))
        for group in groups
        for low, high in combinations(group, 2)
        if random.random() < 0.85
    ]
    db.execute(
        "INSERT INTO cdp_match_pairs (low_raw_profile_id, high_raw_profile_id, rule, verdict, score)"
        " SELECT low, high, 'person', CASE WHEN score >= %s THEN 'match' ELSE 'evidence' END, score"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::real[]) AS pair (low, high, score)",
        match,
        *map(list, zip(*kept, strict=True)),
    )
    listed = [(number, group[0]) for group in groups for number in group]
    doubtful = db.column("SELECT c360._doubtful_components(%s, %s, '{person}')", *map(list, zip(*listed, strict=True)))
    tied = {low for low, _, score in kept if score >= match}

    sure = [group for group in groups if group[0] not in doubtful and tied & set(group)]
    assert len(sure) > 10
    assert {len(group) for group in sure} >= {2, 3, 4}
    for group in sure:
        parts, refused = db.row("SELECT parts, refused_one FROM c360._partition_records('acme', %s)", group)
        assert (set(parts), refused) == ({group[0]}, None)


def test_nearly_all_pairs_of_one_person_and_hardly_any_others_are_matches(trained):
    numbers = dict(
        trained.rows(f"SELECT raw_profile_id, (traits ->> 'number')::integer FROM {SCHEMA}.cdp_raw_profiles")
    )
    matches = [
        numbers[low] // 2 == numbers[high] // 2
        for low, high, _, verdict, *_ in scored(trained)
        if verdict in {"match", "kin"}  # as probable; another given name is a question to people
    ]

    assert sum(matches) > 0.9 * PEOPLE
    assert sum(matches) > 0.99 * len(matches)


def test_a_value_that_many_persons_share_is_no_evidence(db):
    with_rule(db)
    people = records(8)
    for traits in people[:60]:
        traits["email"] = "till@shop.test"
    load(db, people)
    db.call("c360.train_match_model", "acme")

    levels = [
        pair[5][people_place(db, "email")] for pair in scored(db) if is_till(db, pair[0]) and is_till(db, pair[1])
    ]
    assert set(levels) <= {0}


def people_place(db: Session, name: str) -> int:
    recipe = db.value(f"SELECT recipe FROM {SCHEMA}.cdp_match_models")
    return next(place for place, comparison in enumerate(recipe["comparisons"]) if comparison["name"] == name)


def is_till(db: Session, raw_profile_id: int) -> bool:
    return db.value(
        f"SELECT traits ->> 'email' = 'till@shop.test' FROM {SCHEMA}.cdp_raw_profiles WHERE raw_profile_id = %s",
        raw_profile_id,
    )


def test_without_a_model_nothing_is_scored(db):
    with_rule(db)
    load(db, records(7)[:100])

    assert scored(db) == []


def test_a_model_rests_while_another_recipe_is_in_force(trained):
    with_rule(trained, {"comparisons": [{"attribute": "email", "as": "email"}], "blocking": [["email"]]})

    assert scored(trained) == []


@pytest.mark.parametrize(
    ("people", "has_rule", "arguments", "code"),
    [
        (60, False, [], "U2210"),
        (60, True, ["others"], "U2210"),
        (49, True, [], "U2211"),
        (60, True, [None, 1, 10], "U2213"),
    ],
)
def test_training_says_what_it_lacks(db, people, has_rule, arguments, code):
    if has_rule:
        with_rule(db)
    load(db, records(7)[:people])

    with pytest.raises(psycopg.Error) as refusal:
        db.call("c360.train_match_model", "acme", *arguments)

    assert refusal.value.sqlstate == code


def test_training_needs_people_who_agree_in_something(db):
    with_rule(db)
    rng = Random(1)
    for number in range(60):
        db.execute(
            f"INSERT INTO {SCHEMA}.cdp_raw_profiles (source, identifiers, traits) VALUES ('crm', '{{}}', %s)",
            Jsonb({"email": f"{rng.random()}@mail.test", "number": number}),
        )

    with pytest.raises(psycopg.Error) as refusal:
        db.call("c360.train_match_model", "acme")

    assert refusal.value.sqlstate == "U2212"


def test_the_model_is_shown_with_the_weights_it_scores_by_and_without_values(trained):
    weights = trained.value(f"SELECT weights FROM {SCHEMA}.cdp_match_models")
    shown = trained.call("c360.match_model", "acme")

    assert shown["is_in_force"]
    for number, comparison in enumerate(shown["comparisons"]):
        for place, level in enumerate(comparison["levels"], 1):
            assert level["weight"] == pytest.approx(weights[number * 9 + place])
    assert not any(value in str(shown) for traits in records(7) for value in traits.values())


def test_asking_for_a_model_that_is_not_there_says_so(db):
    with pytest.raises(psycopg.Error) as refusal:
        db.call("c360.match_model", "acme")

    assert refusal.value.sqlstate == "U2214"


def test_the_sweep_counts_what_each_threshold_would_tie(trained):
    for number, raw in enumerate(trained.column(f"SELECT raw_profile_id FROM {SCHEMA}.cdp_raw_profiles ORDER BY 1")):
        trained.execute(
            f"UPDATE {SCHEMA}.cdp_raw_profiles SET traits = traits || %s WHERE raw_profile_id = %s",
            Jsonb({"who": f"p{number // 2}"}),
            raw,
        )
    found = scored(trained)
    matches = [pair for pair in found if pair[4] >= 0.8]
    numbers = dict(trained.rows(f"SELECT raw_profile_id, traits ->> 'who' FROM {SCHEMA}.cdp_raw_profiles"))

    row = next(row for row in trained.call_rows("c360.match_model_sweep", "acme", "who") if row["threshold"] == 0.8)

    assert row["pairs"] == len(matches)
    assert row["largest"] >= 2
    assert row["recall"] >= sum(numbers[low] == numbers[high] for low, high, *_ in matches) / PEOPLE
    assert row["f1"] == pytest.approx(2 * row["precision"] * row["recall"] / (row["precision"] + row["recall"]))


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("cdp_match_fields", "fields"),
        ("cdp_match_frequencies", "value"),
        ("cdp_blocking_keys", "key"),
        ("cdp_match_common_keys", "key"),
    ],
)
def test_readers_see_neither_compared_values_nor_their_checksums(db, table, column):
    db.execute("GRANT c360_acme_reader TO dba")
    db.execute("SET LOCAL ROLE c360_acme_reader")

    with pytest.raises(psycopg.Error) as refusal, db.connection.transaction():
        db.execute(f"SELECT {column} FROM {SCHEMA}.{table}")

    assert refusal.value.sqlstate == "42501"
    assert db.value(f"SELECT count(*) FROM {SCHEMA}.cdp_match_models") == 0


def own_texts(db: Session, *names: str) -> None:
    entry = AttributeEntry(data_type="text", normaliser="text")
    apply_declaration(
        db.connection, Declaration(tenant="acme", attributes=dict.fromkeys(names, entry)), Permissions(), lambda _: True
    )


def weights_of(db: Session, name: str) -> list[float]:
    """The weights of the levels of one comparison, best first."""
    recipe, weights = db.row(f"SELECT recipe, weights FROM {SCHEMA}.cdp_match_models WHERE is_active")
    first = people_place(db, name) * 9 + 1
    return weights[first : first + len(recipe["comparisons"][people_place(db, name)]["levels"])]


def test_a_column_that_says_the_same_of_everybody_tells_nothing(db):
    own_texts(db, "segment")
    with_rule(db)
    load(db, [traits | {"segment": "retail"} for traits in records(7)])

    db.call("c360.train_match_model", "acme")

    equal, *others = weights_of(db, "segment")
    assert equal == pytest.approx(0, abs=0.1)
    assert max(others) <= 0


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("1961-01-01", "1974-01-01", "different"),
        ("1961-01-01", "1967-01-01", "partial"),
        ("1961-01-01", "1961-05-17", "close"),
        ("1961-05-17", "1974-05-17", "close"),
        ("1630-08-01", "1630-08-01", "equal"),
    ],
)
def test_the_first_of_january_of_another_year_is_what_forms_send_and_not_close(trained, one, other, level):
    assert level_of(trained, "date_of_birth", {"date_of_birth": one}, {"date_of_birth": other}) == level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("1961-05-17", "1967-05-17", "typo"),
        ("1961-05-17", "1961-05-11", "typo"),
        ("1961-05-17", "1961-05-71", "typo"),
        ("1961-05-12", "1961-05-21", "typo"),
        ("1961-05-12", "1961-12-05", "typo"),
        ("1961-05-17", "1916-05-17", "typo"),
        ("1961-05-17", "1961-05-28", "close"),
        ("1961-05-17", "1973-06-28", "different"),
        ("1949-00-13", "1949-00-13", "equal"),
        ("1949-00-13", "1949-07-13", "typo"),
        ("19490013", "1949-07-13", "typo"),
        ("13.00.1949", "1949-07-13", "typo"),
    ],
)
def test_one_wrong_digit_is_a_typing_error_even_if_there_is_no_such_day(trained, one, other, level):
    assert level_of(trained, "date_of_birth", {"date_of_birth": one}, {"date_of_birth": other}) == level


def test_what_is_no_day_at_all_is_not_compared(trained):
    assert level_of(trained, "date_of_birth", {"date_of_birth": "in May"}, {"date_of_birth": "1961-05-17"}) is None


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ({"zip_code": "TQ13 8DF"}, {"zip_code": "TQ13 8HU"}, "near code"),
        ({"zip_code": "27514"}, {"zip_code": "27599"}, "near code"),
        ({"zip_code": "27514"}, {"zip_code": "90210"}, "different"),
        ({"zip_code": "27514", "city": "Hill"}, {"zip_code": "27599", "city": "Hill"}, "same city"),
    ],
)
def test_codes_are_near_where_they_begin_alike(trained, one, other, level):
    assert level_of(trained, "address_line1", one, other) == level


@pytest.mark.parametrize(
    ("one", "other", "address", "phone"),
    [
        ({"first_name": "Anna"}, {"first_name": "Anna"}, "equal", "equal"),
        ({"first_name": "Anna"}, {"first_name": "Ana"}, "equal", "equal"),
        ({"first_name": "Anna"}, {}, "equal", "equal"),
        ({"first_name": "Anna"}, {"first_name": "Hugo"}, None, None),
        (
            {"first_name": "Anna"},
            {"first_name": "Hugo", "street": "3 Elm Way", "zip_code": "90210", "phone": "+14155550999"},
            "different",
            "different",
        ),
    ],
)
def test_a_family_shares_address_and_phone_and_is_not_one_person(trained, one, other, address, phone):
    home = {"last_name": "Noor", "street": "18 Mill Lane", "zip_code": "27514", "phone": "+14155550123"}

    found = levels_of(trained, home | one, home | other)

    assert (found["address_line1"], found["phone"]) == (address, phone)


def test_an_explanation_says_what_a_family_shares(trained):
    home = {"last_name": "Noor", "street": "18 Mill Lane", "zip_code": "27514"}
    numbers = put_beside(trained, home | {"first_name": "Anna"}, home | {"first_name": "Hugo"})

    weighed = trained.value("SELECT c360._weighed_pair('acme', %s, %s)", *numbers)

    shown = {comparison["comparison"]: comparison for comparison in weighed["comparisons"]}
    assert (shown["address_line1"]["level"], shown["address_line1"]["weight"]) == ("equal", 0)
    assert [name for name, comparison in shown.items() if comparison["family"]] == ["address_line1"]
    assert weighed["bits"] == pytest.approx(
        weighed["prior_bits"] + weighed["rarity_bits"] + sum(comparison["weight"] for comparison in shown.values())
    )


def level_of(db: Session, name: str, one: dict[str, str], other: dict[str, str]) -> str | None:
    """The level of one comparison between two more observations; None where it says nothing."""
    return levels_of(db, one, other)[name]


def levels_of(db: Session, one: dict[str, str], other: dict[str, str]) -> dict[str, str | None]:
    numbers = put_beside(db, one, other)
    recipe, levels = db.row(
        "SELECT model.recipe, compared.levels FROM cdp_match_models AS model"
        " CROSS JOIN LATERAL match_levels(model.match_model_id, %s, %s) AS compared",
        numbers[:1],
        numbers[1:],
    )
    return {
        comparison["name"]: comparison["levels"][level - 1] if level else None
        for comparison, level in zip(recipe["comparisons"], levels, strict=True)
    }


def put_beside(db: Session, one: dict[str, str], other: dict[str, str]) -> list[int]:
    """Two more observations, read for comparison but not resolved."""
    numbers = [
        db.value(
            f"INSERT INTO {SCHEMA}.cdp_raw_profiles (source, identifiers, traits) VALUES ('crm', '{{}}', %s)"
            " RETURNING raw_profile_id",
            Jsonb(traits | {"number": number}),
        )
        for number, traits in enumerate((one, other))
    ]
    inside(db)
    db.value("SELECT c360._refill_match_fields(NULL)")
    return numbers
