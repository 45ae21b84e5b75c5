"""The clusters are a function of the records: order, batch size and repetition make no difference.

The reference is a plain statement of the rule in Python: components, then the protected partition. It shares no code
with the database.
"""

from collections import defaultdict
from itertools import groupby
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.observations import observe, partition, resolve, strays

PRIORITY = {"user_id": 10, "national_id": 20, "email": 30, "phone": 40, "anonymous_id": 80}
EXCLUSIVE = {"user_id", "national_id"}


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


def reference(records: list[dict[str, str]]) -> set[frozenset[int]]:
    """The rule as it is written in docs/explanation/identity.md, without any thought of speed."""
    groups = [{index} for index in range(len(records))]

    def held(group: set[int], kinds: set[str]) -> dict[str, set[str]]:
        values: dict[str, set[str]] = defaultdict(set)
        for index in group:
            for kind in kinds & records[index].keys():
                values[kind].add(records[index][kind])
        return values

    def may_be_one(joined: set[int]) -> bool:
        return all(len(values) < 2 for values in held(joined, EXCLUSIVE).values())

    keys = sorted({(PRIORITY[kind], kind, value) for record in records for kind, value in record.items()})
    for _, kind, value in keys:
        touched = [group for group in groups if value in held(group, {kind}).get(kind, set())]
        if not may_be_one(set().union(*touched)):
            touched = [group for group in touched if not held(group, EXCLUSIVE)]
        if touched:
            groups = [group for group in groups if group not in touched] + [set().union(*touched)]
    return {frozenset(group) for group in groups}


RECORD = st.fixed_dictionaries(
    {},
    optional={
        "user_id": st.sampled_from(["u1", "u2", "u3"]),
        "national_id": st.sampled_from(["n1", "n2"]),
        "email": st.sampled_from(["a@s.vn", "b@s.vn", "c@s.vn", "d@s.vn"]),
        "phone": st.sampled_from(["+12025550101", "+12025550102"]),
        "anonymous_id": st.sampled_from(["k1", "k2", "k3", "k4"]),
    },
)


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
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@ONE_DATABASE
@given(data=st.data(), records=st.lists(RECORD, min_size=1, max_size=12))
def test_any_order_and_any_batch_size_give_what_the_rule_says(clean, data, records):
    order = data.draw(st.permutations(range(len(records))))
    sizes = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    with clean() as db:
        position = {}
        for turn, index in enumerate(order):
            raw = observe(db, traits={"number": index}, **records[index])
            position[raw] = index
            if turn % sizes[0] == 0:
                resolve(db, batch_size=sizes[turn % len(sizes)])
        resolve(db, batch_size=sizes[-1])

        found = {frozenset(position[raw] for raw in person) for person in partition(db)}
        whole = db.value(
            "SELECT count(*) FROM tenant_acme.cdp_master_profiles AS golden WHERE status = 'active'"
            " AND NOT EXISTS (SELECT FROM tenant_acme.cdp_profile_links AS link"
            " WHERE link.master_profile_id = golden.master_profile_id)"
        )
        stray = strays(db)

    assert found == reference(records)
    assert whole == 0
    assert stray == []


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
                traits={"city": f"c{index % 5}", "interests": [str(index)]},
                **records[index],
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


@ONE_DATABASE
@given(
    holders=st.lists(st.tuples(st.integers(1, 8), st.integers(1, 10)), max_size=40, unique=True),
    exclusive=st.lists(st.tuples(st.integers(1, 10), st.integers(1, 2), st.integers(1, 3)), max_size=8, unique=True),
)
def test_no_part_holds_two_exclusive_values_unless_one_record_does(db, holders, exclusive):
    holders.sort()

    parts = db.value(
        "SELECT c360._protected_partition(10, %s::int[], %s::int[], %s::int[], %s::int[], %s::int[])",
        [key for key, _ in holders],
        [record for _, record in holders],
        *([entry[place] for entry in exclusive] for place in range(3)),
    )

    for part, members in groupby(sorted(range(1, 11), key=lambda r: parts[r - 1]), key=lambda r: parts[r - 1]):
        inside = list(members)
        values = {(kind, value) for record, kind, value in exclusive if record in inside}
        assert part == min(inside)
        assert len(inside) == 1 or len({kind for kind, _ in values}) == len(values)
