"""One data set in one fresh tenant of c360: load it, resolve it, read the clusters, and what that took.

Loads with COPY as the owner of the database, as a data engineer would; everything else through public functions. The
truth never reaches the database.
"""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

import psycopg
from psycopg import sql

from benchmarks.identity.dataset import DataSet, Record
from c360.governance import Permissions, apply_declaration, create_tenant
from c360.governance.declaration import AttributeEntry, Declaration, MatchRuleEntry

# The largest batch there is: what somebody with a bulk load takes.
LARGEST_BATCH = 1_000_000
_CHUNK = 1_000
_DEADLINE = 600.0
RULE = "person"


class NotMeasured(Exception):
    """A part of the benchmark that this installation lacks, or that takes longer than anybody would wait."""


@dataclass(frozen=True)
class Step:
    """How long something took, wall clock."""

    name: str
    seconds: float


class Tenant:
    """A tenant of its own for each measurement."""

    def __init__(
        self, session: psycopg.Connection, slug: str, data: DataSet, chunks: Sequence[str] | None = None
    ) -> None:
        self._session = session
        self._data = data
        self.slug = slug
        self.steps: list[Step] = []
        self._chunks = rendered(data.records) if chunks is None else chunks
        create_tenant(session, slug)
        own = {name: AttributeEntry(data_type="text", normaliser=_normaliser(name)) for name in data.own_attributes}
        if own:
            apply_declaration(session, Declaration(tenant=slug, attributes=own), Permissions(), lambda _: True)

    @property
    def seconds(self) -> float:
        return sum(step.seconds for step in self.steps)

    def seconds_of(self, name: str) -> float:
        return sum(step.seconds for step in self.steps if step.name == name)

    def load(self) -> None:
        table = sql.Identifier(f"tenant_{self.slug}", "cdp_raw_profiles")
        self.steps.append(Step("load", copy(self._session, table, self._chunks)))

    def train(self) -> None:
        """Activates the default scored recipe and trains its model."""
        rule = Declaration(tenant=self.slug, match_rules={RULE: MatchRuleEntry(kind="scored")})
        apply_declaration(self._session, rule, Permissions(), lambda _: True)
        with self._timed("train"):
            try:
                self._session.execute("SELECT c360.train_match_model(%s, %s)", (self.slug, RULE))
            except psycopg.errors.UndefinedFunction as error:
                raise NotMeasured("c360.train_match_model is not installed: no scored rules") from error

    def resolve(self) -> None:
        with self._timed("resolve"):
            resolve(self._session, self.slug)

    def clusters(self) -> dict[str, str]:
        """The golden record of each record."""
        rows = self._session.execute(
            sql.SQL(
                "SELECT raw.traits ->> 'record_number', link.master_profile_id::text"
                " FROM {raw} AS raw JOIN {links} AS link USING (raw_profile_id)"
            ).format(
                raw=sql.Identifier(f"tenant_{self.slug}", "cdp_raw_profiles"),
                links=sql.Identifier(f"tenant_{self.slug}", "cdp_profile_links"),
            )
        )
        return dict(rows.fetchall())

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.steps.append(Step(name, time.perf_counter() - started))


def rendered(records: Iterable[Record]) -> list[str]:
    """The records as CSV for COPY, made beforehand so that the work of this program is not measured."""
    chunks = []
    for start in _batched(records, _CHUNK):
        text = io.StringIO()
        writer = csv.writer(text)
        for record in start:
            # A number that no attribute reads keeps equal records apart and finds them again.
            traits = {**record.traits, "record_number": record.number}
            observed_at = record.observed_at or "2025-01-01T00:00:00Z"
            writer.writerow((record.source, _json(record.identifiers), _json(traits), observed_at))
        chunks.append(text.getvalue())
    return chunks


def copy(session: psycopg.Connection, table: sql.Composable, chunks: Iterable[str]) -> float:
    """COPY into any table with the columns of observations; the seconds that took."""
    statement = sql.SQL("COPY {} (source, identifiers, traits, observed_at) FROM STDIN (FORMAT csv)").format(table)
    started = time.perf_counter()
    with session.transaction(), session.cursor() as cursor, cursor.copy(statement) as stream:
        for chunk in chunks:
            stream.write(chunk)
    return time.perf_counter() - started


def resolve(session: psycopg.Connection, slug: str) -> int:
    """Works the queue off, a transaction for each batch; the number of observations resolved."""
    total, started = 0, time.perf_counter()
    while True:
        if time.perf_counter() - started > _DEADLINE:
            raise NotMeasured(f"only {total} observations were resolved within {_DEADLINE:.0f} seconds")
        counts = session.execute("SELECT c360.resolve_identities(%s, %s)", (slug, LARGEST_BATCH)).fetchone()[0]
        total += counts["claimed"]
        if not counts["remaining"]:
            return total


def _normaliser(name: str) -> str:
    return "id" if name.endswith(("_id", "_no", "_number")) else "text"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _batched(records: Iterable[Record], size: int) -> Iterator[list[Record]]:
    remaining = iter(records)
    while part := list(islice(remaining, size)):
        yield part
