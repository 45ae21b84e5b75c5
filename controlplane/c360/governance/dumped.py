"""The two documents in a dump of a tenant, as far as Python looks into them. Values only; a wrong shape is refused.

What they say is judged by the database: names by its catalogue, metadata by its constraints and triggers.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    """Later releases may say more; what is not known here is left alone."""

    model_config = ConfigDict(frozen=True)


class DumpedTable(_Part):
    """A table and the columns its rows were copied by."""

    table_name: str
    columns: list[str] = Field(min_length=1)
    partitions: list[str]


class Member(_Part):
    """Somebody who had a role of the tenant."""

    kind: Literal["reader", "writer", "admin"]
    member: str


class Webhook(_Part):
    """A webhook of the tenant, without its secret, and how many messages waited for it."""

    name: str
    url: str
    state: str
    waiting: int
    topics: list[str]
    types: list[str]
    is_ordered: bool
    lane_count: int
    max_in_flight: int
    timeout_seconds: float
    retry_schedule: list[float]
    rate_per_second: float | None = None
    batch_max: int = 1
    max_backlog: int | None = None
    max_age: str | None = None
    condition: str | None = None
    segment: str | None = None


class DumpedTenant(_Part):
    """What c360._dump_tenant() answers."""

    tenant: str
    dumped_at: datetime
    metadata: dict[str, list[dict[str, Any]]]
    migrations: list[str]
    tables: list[DumpedTable]
    sequences: list[dict[str, Any]]
    members: list[Member]
    webhooks: list[Webhook]

    @property
    def api_keys(self) -> int:
        return len(self.metadata.get("api_keys", []))


class Description(_Part):
    """What the file says of itself."""

    format: Literal[1] = 1
    release: str = Field(pattern=r"^[0-9]{1,6}(\.[0-9]{1,6}){2}")
    rows: dict[str, int]
