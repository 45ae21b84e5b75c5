"""What definitions are made from: the tables of a tenant's lake and the settings its figures depend on. Values only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from c360.domain.errors import UsageError

DECIMAL = re.compile(r"decimal128\((\d+),(\d+)\)")
SLUG = re.compile(r"[a-z][a-z0-9_]{1,30}")
_SCHEMA = re.compile(r"[a-z][a-z0-9_]{0,62}")
# Weights have six decimals at most where engines work them out; PostgreSQL takes any.
_MICRO = Decimal("0.000001")
_SNAPSHOT = "profile_links"
SNAPSHOT_DAY = "1970-01-01"


@dataclass(frozen=True, slots=True)
class Column:
    """A column as c360.lake_schema() tells of it."""

    name: str
    type: str
    is_person: bool = False
    is_time: bool = False
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the lake. A snapshot has no months: it is replaced whole, under one day."""

    name: str
    columns: tuple[Column, ...]
    since: str | None = None
    is_empty: bool = False

    @property
    def first_day(self) -> str:
        """The first day there may be files of: engines that know their days by a rule find nothing before it."""
        return SNAPSHOT_DAY if self.is_snapshot or self.since is None else self.since

    @property
    def last_day(self) -> str:
        return "NOW"

    @property
    def is_snapshot(self) -> bool:
        return self.name == _SNAPSHOT

    @property
    def keys(self) -> list[str]:
        return [column.name for column in self.columns if column.is_key]

    @property
    def person(self) -> str:
        return next(column.name for column in self.columns if column.is_person)

    @property
    def time(self) -> str | None:
        return next((column.name for column in self.columns if column.is_time), None)


@dataclass(frozen=True, slots=True)
class Funnel:
    """A funnel that a tenant keeps; within is in microseconds."""

    name: str
    steps: tuple[str, ...]
    within: int


@dataclass(frozen=True, slots=True)
class Engagement:
    """Half-life in days, and what events weigh."""

    half_life_days: Decimal
    default_weight: Decimal
    weights: tuple[tuple[str, Decimal], ...]

    @property
    def most_days(self) -> int:
        """An event further back is worth less than a millionth of a millionth and is left out."""
        return -int(-self.half_life_days * 40 // 1)


@dataclass(frozen=True, slots=True)
class Lake:
    """All that the definitions of a tenant need."""

    tenant: str
    url: str
    tables: tuple[Table, ...]
    time_zone: str = "UTC"
    currency: str = "USD"
    engagement: Engagement = Engagement(Decimal(30), Decimal(1), ())
    funnels: tuple[Funnel, ...] = ()
    remarks: tuple[str, ...] = ()
    endpoint: str | None = None
    schema: str = ""

    def __post_init__(self) -> None:
        if not SLUG.fullmatch(self.tenant):
            raise UsageError(f'"{self.tenant}" is no name of a tenant', hint="Names are like acme or shop_vn.")
        if not self.schema:
            object.__setattr__(self, "schema", f"c360_{self.tenant}")
        if not _SCHEMA.fullmatch(self.schema):
            raise UsageError(
                f'"{self.schema}" cannot be the schema',
                hint="Give lower case letters, digits and underscores, such as c360_acme.",
            )

        for address in (self.url, self.endpoint or ""):
            if not address.isprintable() or set(address) & set("{}*?[]' "):
                raise UsageError(f"{address!r} cannot be the address of a lake", hint="Write it as s3://bucket/folder.")

    def table(self, name: str) -> Table:
        return next(table for table in self.tables if table.name == name)


def lake_of(document: Mapping[str, Any], *, url: str, endpoint: str | None = None, schema: str = "") -> Lake:
    """The lake of a tenant from one document of the database."""
    tables: dict[str, list[Column]] = {}
    for row in document["columns"]:
        tables.setdefault(row["table_name"], []).append(
            Column(row["column_name"], row["lake_type"], row["is_person"], row["is_time"], row["is_key"])
        )
    first_days = document["first_days"]
    funnels = [Funnel(row["funnel"], tuple(row["steps"]), int(row["microseconds"])) for row in document["funnels"]]
    remarks = []
    settings = document["engagement"]
    weights = {name: Decimal(str(weight)) for name, weight in settings["weights"].items()}
    default = Decimal(str(settings["default_weight"]))
    for name, weight in [*weights.items(), ("default_weight", default)]:
        if weight != weight.quantize(_MICRO):
            remarks.append(f"engagement: the weight of {name} has more than six decimals and is rounded")
    return Lake(
        tenant=document["tenant"],
        url=url,
        endpoint=endpoint,
        schema=schema,
        tables=tuple(
            Table(name, tuple(columns), first_days.get(name), name not in first_days)
            for name, columns in tables.items()
        ),
        time_zone=document["time_zone"],
        currency=document["currency"],
        engagement=Engagement(
            Decimal(str(settings["half_life_days"])),
            default.quantize(_MICRO),
            tuple(sorted((name, weight.quantize(_MICRO)) for name, weight in weights.items())),
        ),
        funnels=tuple(funnels),
        remarks=tuple(remarks),
    )
