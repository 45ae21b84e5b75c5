"""The clusters are a function of the records: order, batch size and repetition make no difference.

The reference is a plain statement of the whole rule in Python, in support/identity_rule.py. It shares no code with the
database.
"""

from itertools import groupby
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.identity_cases import RECORD, decide, overrides
from support.identity_rule import RULES, Override, Pair, Reference
from support.observations import DAY_ONE, observe, partition, resolve, strays
from support.planned_pairs import TRAITS, enter, plan_pairs

Case = tuple[list[dict[str, str]], list[Pair], list[Override]]


def components(count: int, edges: list[tuple[int, int]]) -> list[int]:
    root = list(range(count))
    changed = True
    while changed:
        changed = False
        for a, b in edges:
            low = min(root[a], root[b])
            changed |= root[a] != low or root[b] != low
            root[a] = root[b] = low
    return root


@pytest.fixture
def clean(db):
    """Each example starts from nothing: a savepoint, rolled back."""
    db.value("SELECT 1")

    class Example:
        def __enter__(self) -> Any:
            db.execute("SAVEPOINT example")
            return db

        def __exit__(self, *_: object) -> None:
            db.execute("ROLLBACK TO SAVEPOINT example")

    return Example


ONE_DATABASE = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    records = draw(st.lists(RECORD, min_size=1, max_size=12))
    index = st.integers(0, len(records) - 1)
    ends = draw(st.lists(st.tuples(index, index, st.sampled_from(RULES)), max_size=10, unique=True))
    scores = st.sampled_from([0.2, 0.6, 0.75, 0.9, 0.97])
    verdicts = st.sampled_from(["match", "match", "review"])
    pairs = [Pair(min(a, b), max(a, b), rule, draw(verdicts), draw(scores)) for a, b, rule in ends if a != b]
    pairs = list({(pair.one, pair.other, pair.rule): pair for pair in pairs}.values())
    return records, pairs, draw(overrides(len(records)))


def whole_and_empty(db: Any) -> tuple[int, list[str]]:
    """Active golden records without observations, and rows nothing stands behind: both should be none."""
    empty = db.value(
        "SELECT count(*) FROM tenant_acme.cdp_master_profiles AS golden WHERE status = 'active'"
        " AND NOT EXISTS (SELECT FROM tenant_acme.cdp_profile_links AS link"
        " WHERE link.master_profile_id = golden.master_profile_id)"
    )
    return empty, strays(db)


@ONE_DATABASE
@given(data=st.data(), case=cases())
def test_any_order_and_any_batch_size_give_what_the_rule_says(clean, data, case):
    records, pairs, decided = case
    order = data.draw(st.permutations(range(len(records))))
    sizes = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    has_model = data.draw(st.booleans())
    with clean() as db:
        plan_pairs(db, pairs, has_model)
        raws: dict[int, int] = {}
        waiting = list(decided)
        for turn, index in enumerate(order):
            raws[index] = enter(db, index, records[index])
            if turn % sizes[0] == 0:
                resolve(db, batch_size=sizes[turn % len(sizes)])
            # Decisions keep their order, and are made as soon as they can be.
            while waiting and waiting[0].records <= raws.keys():
                decide(db, waiting.pop(0), raws)
        resolve(db, batch_size=sizes[-1])

        position = {raw: index for index, raw in raws.items()}
        found = {frozenset(position[raw] for raw in person) for person in partition(db)}
        asked = {
            (frozenset((position[low], position[high])), rule)
            for low, high, rule in db.rows(
                "SELECT low_raw_profile_id, high_raw_profile_id, rule FROM tenant_acme.cdp_match_reviews"
                " WHERE status = 'open'"
            )
        }
        content = dict(db.rows("SELECT raw_profile_id, content_hash FROM tenant_acme.cdp_raw_profiles"))
        failures = db.column("SELECT reason FROM tenant_acme.cdp_resolution_failures")
        left = whole_and_empty(db)

    by_number = [bytes(content[raws[index]]) for index in range(len(records))]
    expected = Reference(records, pairs, decided, by_number, has_model=has_model)
    assert failures == []
    assert found == expected.partition()
    assert asked == expected.reviews()
    assert left == (0, [])


@ONE_DATABASE
@given(data=st.data(), case=cases())
def test_partitioning_anew_changes_nothing(clean, data, case):
    records, pairs, decided = case
    with clean() as db:
        plan_pairs(db, pairs, data.draw(st.booleans()))
        raws = {index: enter(db, index, record) for index, record in enumerate(records)}
        for override in decided:
            decide(db, override, raws)
        resolve(db, batch_size=data.draw(st.integers(1, 5)))
        links = "SELECT raw_profile_id, master_profile_id, component_id FROM tenant_acme.cdp_profile_links ORDER BY 1"
        before = db.rows(links)

        db.execute("SELECT set_config('search_path', 'tenant_acme, pg_catalog', true)")
        changes = db.call_rows("c360._relink_components", "acme", sorted(raws.values()), DAY_ONE)
        after = db.rows(links)

    assert changes == []
    assert after == before


@ONE_DATABASE
@given(data=st.data(), records=st.lists(RECORD, min_size=1, max_size=10))
def test_golden_values_do_not_depend_on_arrival_either(clean, data, records):
    order = data.draw(st.permutations(range(len(records))))

    def golden(db: Any, arrivals: Any, batch_size: int) -> list[Any]:
        for index in arrivals:
            observe(
                db,
                source=f"s{index % 3}",
                day=index % 4,
                traits={"city": f"c{index % 5}", "interests": [str(index)]}
                | {name: value for name, value in records[index].items() if name in TRAITS},
                **{name: value for name, value in records[index].items() if name not in TRAITS},
            )
            if batch_size == 1:
                resolve(db, batch_size=1)
        resolve(db)
        return db.rows(
            "SELECT user_id, email, secondary_emails, phone_number, anonymous_ids, city, interests, source_systems"
            " FROM tenant_acme.cdp_master_profiles WHERE status = 'active' ORDER BY 1, 2, 3, 4, 5, 6, 7, 8"
        )

    with clean() as db:
        at_once = golden(db, range(len(records)), 1000)
    with clean() as db:
        one_by_one = golden(db, order, 1)

    assert at_once == one_by_one


@ONE_DATABASE
@given(edges=st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), min_size=1, max_size=60))
def test_components_are_those_of_the_graph(db, edges):
    rows = db.rows("SELECT node, component FROM c360._components(%s, %s)", [a for a, _ in edges], [b for _, b in edges])

    expected = components(31, edges)
    assert sorted(rows) == sorted({(node, expected[node]) for edge in edges for node in edge})


HOLDERS = st.lists(st.tuples(st.integers(1, 8), st.integers(1, 10)), min_size=1, max_size=40, unique=True)
VALUES = st.lists(st.tuples(st.integers(1, 10), st.integers(1, 2), st.integers(1, 3)), max_size=8, unique=True)


@ONE_DATABASE
@given(holders=HOLDERS, exclusive=VALUES)
def test_no_part_holds_two_exclusive_values_unless_one_record_does(db, holders, exclusive):
    holders.sort()
    numbered = sorted((record, 3 * (kind - 1) + value) for record, kind, value in exclusive)

    parts = db.value(
        "SELECT lowest FROM c360._protected_partition(10, %s::int[], %s::int[], %s::int[], %s::int[], %s::int[],"
        " ARRAY[1, 1, 1, 2, 2, 2], array_fill(NULL::date, ARRAY[6]), ARRAY[1, 1], ARRAY[1, 1], 500,"
        " array_fill(1, ARRAY[11]), NULL, NULL, NULL, NULL, NULL)",
        [key for key, _ in holders],
        [record for _, record in holders],
        [1 for _ in holders],
        [record for record, _ in numbered],
        [value for _, value in numbered],
    )

    for part, members in groupby(sorted(range(1, 11), key=lambda r: parts[r - 1]), key=lambda r: parts[r - 1]):
        inside = list(members)
        values = {(kind, value) for record, kind, value in exclusive if record in inside}
        doubled = max(
            (len({v for r, k, v in exclusive if r == record and k == kind}) for record in inside for kind in (1, 2)),
            default=0,
        )
        assert part == min(inside)
        assert doubled > 1 or len({kind for kind, _ in values}) == len(values)
