"""Several resolvers at once, some of them killed in the middle of a batch, come to what one comes to in one batch.

Real sessions in threads, while records and decisions still arrive. Judged by the plain statement of the rule in
support/identity_rule.py, and by what a single resolver makes of the same.
C360_MANY_EXAMPLES=200 tries that many examples for each set of match rules.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from c360.governance import sync_tenant
from support.composite_rules import BIRTH_AND_FAMILY, NAMES, Composite, pairs_of
from support.identity_cases import NAMED, RECORD, decide, overrides
from support.identity_rule import LARGEST, LIMIT, PERSON_LIMIT, PRIORITY, Override, Reference
from support.invariants import broken
from support.observations import observe, resolve
from support.planned_pairs import TRAITS
from support.session import Session
from support.several_resolvers import Killer, Resolvers

SOME = settings(
    max_examples=int(os.environ.get("C360_MANY_EXAMPLES", "8")),
    deadline=None,
    phases=[Phase.generate],  # a smaller example would have to fail for another roll of the dice
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
EVERY_BATCH_WRITES = (
    "tenant_acme.cdp_standard_profiles",
    "tenant_acme.cdp_raw_identifiers",
    "tenant_acme.cdp_match_keys",
    "tenant_acme.cdp_profile_links",
    "tenant_acme.cdp_master_profiles",
    "tenant_acme.cdp_profile_history",
    "tenant_acme.cdp_profile_metrics",
    "c360.messages",
)
SOME_BATCHES_WRITE = ("tenant_acme.cdp_match_pairs", "tenant_acme.cdp_value_states", "tenant_acme.cdp_match_reviews")
MATCH_RULES = {
    "a birthday in a family matches": (BIRTH_AND_FAMILY, NAMES),
    "names match": (BIRTH_AND_FAMILY.but(verdict="review"), NAMES.but(verdict="match", block_limit=3)),
}


class Tenant:
    """Tenant acme with narrow limits; empty again after each example."""

    def __init__(self, dsn: str, db: Session, admin: psycopg.Connection) -> None:
        self.dsn, self.db, self.admin = dsn, db, admin
        self.rules: tuple[Composite, ...] = ()
        schema = "relnamespace = 'tenant_acme'::regnamespace AND relkind = 'r'"
        tables = admin.execute(f"SELECT oid::regclass::text FROM pg_class WHERE {schema}").fetchall()
        self._tables = [*(table for (table,) in tables), "c360.messages"]

    def obey(self, rules: tuple[Composite, ...]) -> None:
        for kind, most in LIMIT.items():
            self.db.execute(
                "UPDATE c360.identifier_types SET profile_limit = %s, person_limit = %s"
                " WHERE tenant = 'acme' AND identifier_type = %s",
                most,
                PERSON_LIMIT,
                kind,
            )
        self.db.execute("UPDATE c360.tenants SET max_cluster_size = %s WHERE tenant = 'acme'", LARGEST)
        for rule in rules:
            self.db.call(
                "c360.set_match_rule",
                "acme",
                rule.name,
                "composite",
                rule.definition,
                p_priority=PRIORITY[rule.name],
            )
        sync_tenant(self.db.connection, "acme")
        self.db.commit()
        self.rules = rules

    def clear(self) -> None:
        self.db.rollback()
        with self.admin.transaction():
            self.admin.execute("SET LOCAL session_replication_role = replica")
            self.admin.execute("".join(f"DELETE FROM {table};" for table in self._tables))


@pytest.fixture
def tenant(database, connect, server) -> Iterator[Tenant]:
    with server.admin(database.name) as admin:
        yield Tenant(database.dsn, connect(), admin)


def load(db: Session, number: int, record: dict[str, str]) -> int:
    """An observation with the number of the record, and enough else to make golden values compete."""
    traits = {"number": number, "city": f"c{number % 5}", "interests": [str(number)]}
    return observe(
        db,
        source=f"s{number % 3}",
        day=number % 4,
        traits=traits | {name: value for name, value in record.items() if name in TRAITS},
        **{name: value for name, value in record.items() if name not in TRAITS},
    )


def outcome(db: Session) -> dict[str, Any]:
    """What became of the records, told by their numbers: no random ids, no times of the run."""
    number = dict(db.rows("SELECT raw_profile_id, (traits ->> 'number')::integer FROM tenant_acme.cdp_raw_profiles"))
    people = defaultdict(set)
    for raw, master in db.rows("SELECT raw_profile_id, master_profile_id FROM tenant_acme.cdp_profile_links"):
        people[master].add(number[raw])
    golden = db.rows(
        "SELECT golden.master_profile_id, attribute_sources, (to_jsonb(golden) || to_jsonb(metrics))"
        " - '{master_profile_id,founding_raw_profile_id,version,attribute_sources,created_at,updated_at,refreshed_at}'"
        "::text[] FROM tenant_acme.cdp_master_profiles AS golden"
        " JOIN tenant_acme.cdp_profile_metrics AS metrics USING (master_profile_id) WHERE status = 'active'"
    )
    pairs = "SELECT low_raw_profile_id, high_raw_profile_id, rule, {} FROM tenant_acme.{}"
    return {
        "people": {frozenset(numbers) for numbers in people.values()},
        "golden": {
            frozenset(people[master]): (document, {name: number[raw] for name, raw in sources.items()})
            for master, sources, document in golden
        },
        "reviews": {
            (frozenset((number[low], number[high])), rule)
            for low, high, rule, status in db.rows(pairs.format("status", "cdp_match_reviews"))
            if status == "open"
        },
        "pairs": {
            (frozenset((number[low], number[high])), rule, verdict)
            for low, high, rule, verdict in db.rows(pairs.format("verdict", "cdp_match_pairs"))
        },
        "values": set(db.rows("SELECT identifier_type, value, state FROM tenant_acme.cdp_value_states")),
        "identifiers": {
            (kind, value, number[raw], usable)
            for kind, value, raw, usable in db.rows(
                "SELECT identifier_type, value, raw_profile_id, is_usable FROM tenant_acme.cdp_raw_identifiers"
            )
        },
    }


def alone(tenant: Tenant, records: list[dict[str, str]], decided: list[Override]) -> dict[str, Any]:
    """What one resolver makes of them in one batch; rolled back."""
    db = tenant.db
    raws = {number: load(db, number, record) for number, record in enumerate(records)}
    for override in decided:
        decide(db, override, raws)
    db.call("c360.resolve_identities", "acme", 10_000)
    resolve(db)  # what the batch itself has queued
    made = outcome(db)
    db.rollback()
    return made


def said_by_the_rule(tenant: Tenant, records: list[dict[str, str]], decided: list[Override]) -> Reference:
    content = dict(
        tenant.db.rows("SELECT (traits ->> 'number')::integer, content_hash FROM tenant_acme.cdp_raw_profiles")
    )
    by_number = [bytes(content[number]) for number in range(len(records))]
    return Reference(records, pairs_of(tenant.rules, records), decided, by_number)


class Feeder:
    """Sends records, a few in each transaction, and decisions as soon as the records are there."""

    def __init__(self, db: Session, records: list[dict[str, str]], decided: list[Override]) -> None:
        self._db, self._records, self._waiting = db, records, list(decided)
        self._raws: dict[int, int] = {}

    def send(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            self._raws[number] = load(self._db, number, self._records[number])
        self._db.commit()

    def decide(self) -> None:
        while self._waiting and self._waiting[0].records <= self._raws.keys():
            self._db.execute("SELECT c360._wait_for_resolver('acme')")
            decide(self._db, self._waiting.pop(0), self._raws)
            self._db.commit()


PLACES = st.sampled_from((*EVERY_BATCH_WRITES, *SOME_BATCHES_WRITE))
CRASHES = st.none() | PLACES | st.tuples(st.integers(0, 30), st.integers(0, 3))


@st.composite
def arrivals(draw: st.DrawFn, count: int) -> list[tuple[list[int], Any]]:
    """Records in any order, some of them together; and where or how long after that a session dies, if one does."""
    order = draw(st.permutations(range(count)))
    ends = sorted({count, *draw(st.sets(st.integers(1, count), max_size=5))})
    return [(order[start:end], draw(CRASHES)) for start, end in pairwise([0, *ends])]


def send(feeder: Feeder, numbers: list[int], crash: Any, killer: Killer, resolvers: Resolvers) -> None:
    """Send records, and end a session: the one stopped at a table, or one of them so many milliseconds later."""
    with killer.at(crash, resolvers) if isinstance(crash, str) else nullcontext():
        feeder.send(numbers)
    if isinstance(crash, tuple):
        milliseconds, place = crash
        killer.after(milliseconds, resolvers.pid(place))
    feeder.decide()


@pytest.mark.slow
@pytest.mark.parametrize("rules", MATCH_RULES.values(), ids=MATCH_RULES)
def test_several_resolvers_that_may_be_killed_come_to_what_one_does_alone(tenant, rules):
    tenant.obey(rules)

    @SOME
    @given(data=st.data(), records=st.lists(RECORD | NAMED, min_size=6, max_size=20))
    def holds(data, records):
        decided = data.draw(overrides(len(records)))
        groups = data.draw(arrivals(len(records)))
        sizes = data.draw(st.lists(st.integers(1, 6), min_size=2, max_size=4))
        feeder = Feeder(tenant.db, records, decided)
        try:
            expected = alone(tenant, records, decided)
            with Resolvers(tenant.dsn, sizes) as resolvers:
                for numbers, crash in groups:
                    send(feeder, numbers, crash, Killer(tenant.admin), resolvers)

            found, wrong = outcome(tenant.db), broken(tenant.db)
            rule = said_by_the_rule(tenant, records, decided)
            assert found["people"] == rule.partition()
            assert found["reviews"] == rule.reviews()
            assert found == expected
            assert wrong == {}
        finally:
            tenant.clear()

    holds()


def test_a_resolver_killed_at_any_table_it_writes_leaves_no_trace(tenant):
    rules = MATCH_RULES["a birthday in a family matches"]
    tenant.obey(rules)
    person = {
        "user_id": "u1",
        "email": "a@s.vn",
        "first_name": "lan",
        "last_name": "tran",
        "date_of_birth": "1980-05-07",
    }
    records = [person | {"user_id": f"u{number}"} for number in range(len(EVERY_BATCH_WRITES))]
    expected = alone(tenant, records, [])
    feeder, killer = Feeder(tenant.db, records, []), Killer(tenant.admin)

    with Resolvers(tenant.dsn, [1]) as resolvers:
        for number, place in enumerate(EVERY_BATCH_WRITES):
            with killer.at(place, resolvers):
                feeder.send([number])

    assert resolvers.deaths == len(EVERY_BATCH_WRITES)
    assert outcome(tenant.db) == expected
    assert broken(tenant.db) == {}
