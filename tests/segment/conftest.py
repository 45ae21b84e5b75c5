"""Segments of tenant acme through one session: stated as the command line does it, filled as the worker does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from c360.domain.tenants import Segment
from c360.governance.segmenting import drop_segment, put_segment
from support.events import identify, ingest
from support.observations import resolve
from support.session import Session

START = datetime(2026, 5, 1, tzinfo=UTC)
NOW = "2026-06-01 12:00Z"


@dataclass
class Segments:
    """What a test does with segments; people are named by their user ids."""

    db: Session
    minutes: int = 0

    def put(self, name: str, condition: str, *, is_new: bool = True, filled: bool = True, **more: Any) -> None:
        put_segment(self.db.connection, "acme", Segment(name=name, condition=condition, **more), is_new=is_new)
        if filled:
            self.fill()

    def change(self, name: str, condition: str, **more: Any) -> None:
        self.put(name, condition, is_new=False, **more)

    def drop(self, name: str) -> None:
        drop_segment(self.db.connection, "acme", name)

    def fill(self, limit: int = 1000, at: str = NOW) -> None:
        """A whole pass over everybody."""
        while self.db.call("c360.refresh_segments", "acme", limit, at)["has_more"]:
            pass

    def touch(self, *people: str, at: str = NOW) -> dict[str, int]:
        """What the worker does for golden records that something changed of."""
        return self.refresh([self.id_of(who) for who in people], at)

    def refresh(self, ids: list[Any], at: str = NOW) -> dict[str, int]:
        self.db.execute("SELECT set_config('search_path', 'pg_catalog, tenant_acme, pg_temp', true)")
        answer: dict[str, int] = self.db.call("c360._refresh_segments", "acme", ids, at)
        return answer

    def know(self, who: str, **traits: Any) -> None:
        """Somebody says something about themselves."""
        self.minutes += 1
        said_at = (START + timedelta(minutes=self.minutes)).isoformat()
        assert not ingest(self.db, {**identify(who, **traits), "timestamp": said_at})["rejected"]
        resolve(self.db)

    def id_of(self, who: str) -> Any:
        return self.db.value("SELECT (tenant_acme.profile('user_id', %s) ->> 'profile_id')::uuid", who)

    def act_as(self, role: str) -> None:
        """Become a member of the role; the owner of c360 may grant it, as it would to a person."""
        self.db.execute("SET LOCAL ROLE c360_owner")
        self.db.execute(f"GRANT {role} TO dba")
        self.db.execute(f"SET LOCAL ROLE {role}")

    def members(self, name: str) -> set[str]:
        query = """
            SELECT profile.user_id
            FROM tenant_acme.segment_members(%s, NULL, 10000) AS member
            LEFT JOIN tenant_acme.cdp_profiles AS profile ON profile.master_profile_id = member.master_profile_id
        """
        return {who or "nobody" for who in self.db.column(query, name)}

    def state(self, name: str) -> dict[str, Any]:
        [row] = self.db.records("SELECT * FROM tenant_acme.list_segments() AS listed WHERE listed.segment = %s", name)
        return row

    def history(self, name: str | None = None) -> list[tuple[str, str]]:
        """(change, reason), oldest first."""
        query = "SELECT change, reason FROM tenant_acme.segment_history(%s, NULL, NULL, 1000) ORDER BY change_id"
        return [(row[0], row[1]) for row in self.db.rows(query, name)]

    def told(self) -> list[tuple[str, str, str]]:
        """(type, segment, reason) of the messages sent so far."""
        query = """
            SELECT type, body FROM c360.messages
            WHERE tenant = 'acme' AND topic = 'c360-activation-events' AND type LIKE 'segment.%%'
            ORDER BY seq
        """
        data = [(kind, json.loads(body)["data"]) for kind, body in self.db.rows(query.replace("%%", "%"))]
        return [(kind, body["segment"], body["reason"]) for kind, body in data]


@pytest.fixture
def segments(db):
    return Segments(db)


@pytest.fixture
def segments_of():
    """Segments of a session of the test's own."""
    return Segments
