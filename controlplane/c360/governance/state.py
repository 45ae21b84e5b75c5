"""What exists of a tenant in the database, as a plan compares it with the metadata. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Column:
    """A column as it stands in a table or view."""

    data_type: str
    comment: str | None = None


@dataclass(frozen=True)
class TenantState:
    """Tables, views, indexes, the ledger of templates, and whether the functions for its people are current."""

    schema_exists: bool = False
    tables: Mapping[str, Mapping[str, Column]] = field(default_factory=dict)
    views: Mapping[str, Mapping[str, Column]] = field(default_factory=dict)
    indexes: frozenset[str] = frozenset()
    unfinished_indexes: frozenset[str] = frozenset()
    releases: Mapping[str, str] = field(default_factory=dict)
    functions_are_current: bool = False


def state_from_document(document: Mapping[str, Any]) -> TenantState:
    """Build the state from what c360.tenant_state answers."""
    tables: dict[str, dict[str, Column]] = {}
    views: dict[str, dict[str, Column]] = {}
    for row in document["columns"]:
        relations = views if row["kind"] == "v" else tables
        relations.setdefault(row["relation"], {})[row["name"]] = Column(row["type"], row["comment"])
    return TenantState(
        schema_exists=document["schema_exists"],
        tables=tables,
        views=views,
        indexes=frozenset(document["indexes"]),
        unfinished_indexes=frozenset(document["unfinished_indexes"]),
        releases=document["releases"],
        functions_are_current=document["functions_are_current"],
    )
