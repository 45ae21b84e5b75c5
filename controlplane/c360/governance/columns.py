"""The difference between attributes and columns, as SQL. Pure: compares two values and writes statements.

Adding a column or an index is always allowed. What may lose data (another type, a dropped column) is returned apart,
with the question how much would be lost; whether it may run is decided by the plan.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from c360.domain.tenants import Attribute, DataType, TenantSpec
from c360.governance.state import Column, TenantState
from c360.templates.environment import ident, literal

_MAX_NAME = 63
_LISTS = frozenset({DataType.TEXT_LIST, DataType.JSON})


@dataclass(frozen=True)
class ColumnChange:
    """Statements for one attribute. `loses` names the column and type whose values are at stake: "drop" or "type"."""

    attribute: str
    kind: str
    statements: tuple[str, ...]
    table: str = ""
    column: str = ""
    new_type: str | None = None

    @property
    def loses(self) -> bool:
        return self.kind in {"type", "drop"}


def column_changes(tenant: TenantSpec, state: TenantState) -> list[ColumnChange]:
    """Everything that has to happen to the two tables of attributes, in the order it has to run."""
    changes: list[ColumnChange] = []
    for attribute in (*tenant.attributes, *tenant.retired):
        changes += _misplaced(tenant, state, attribute)
    for attribute in tenant.attributes:
        changes += _attribute(tenant, state, attribute)
    return changes


def index_name(attribute: Attribute) -> str:
    """The name of an attribute's index; shortened with a checksum where PostgreSQL would cut it."""
    name = f"{attribute.table}_{attribute.name}_idx"
    if len(name) <= _MAX_NAME:
        return name
    return f"{name[: _MAX_NAME - 13]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}_idx"


def _misplaced(tenant: TenantSpec, state: TenantState, attribute: Attribute) -> list[ColumnChange]:
    """Columns of retired attributes, and of active ones that moved between the two tables."""
    tables = ["cdp_master_profiles", "cdp_profile_metrics"]
    if attribute.status == "active":
        tables.remove(attribute.table)
    return [
        ColumnChange(
            attribute=attribute.name,
            kind="drop",
            statements=(f"ALTER TABLE {_table(tenant, table)} DROP COLUMN {ident(attribute.name)};",),
            table=table,
            column=attribute.name,
        )
        for table in tables
        if attribute.name in state.tables.get(table, {})
    ]


def _attribute(tenant: TenantSpec, state: TenantState, attribute: Attribute) -> list[ColumnChange]:
    table = _table(tenant, attribute.table)
    column = state.tables.get(attribute.table, {}).get(attribute.name)
    changes = []
    if column is None:
        add = f"ALTER TABLE {table} ADD COLUMN {ident(attribute.name)} {ident(attribute.data_type)};"
        changes.append(ColumnChange(attribute.name, "add", (add,)))
    elif column.data_type != attribute.data_type:
        changes.append(_retype(tenant, state, attribute, column))
    if (column.comment if column else None) != (attribute.description or None):
        value = literal(attribute.description or None)
        text = f"COMMENT ON COLUMN {table}.{ident(attribute.name)} IS {value};"
        changes.append(ColumnChange(attribute.name, "comment", (text,)))
    rebuilt = bool(changes) and changes[0].kind == "type"
    return changes + _index(tenant, state, attribute, rebuilt=rebuilt)


def _retype(tenant: TenantSpec, state: TenantState, attribute: Attribute, column: Column) -> ColumnChange:
    """A value that is not valid in the new type becomes NULL; the plan counts them before."""
    name, data_type = ident(attribute.name), ident(attribute.data_type)
    is_valid = f"pg_input_is_valid({name}::text, {literal(attribute.data_type.value)})"
    using = f"CASE WHEN {is_valid} THEN {name}::text::{data_type} END"
    if attribute.data_type == DataType.TEXT_LIST and column.data_type != DataType.JSON:
        using = f"CASE WHEN {name} IS NOT NULL THEN ARRAY[{name}::text] END"
    elif attribute.data_type == DataType.JSON:
        using = f"to_jsonb({name})"
    statements = [
        f"ALTER TABLE {_table(tenant, attribute.table)} ALTER COLUMN {name} TYPE {data_type} USING {using};",
    ]
    if index_name(attribute) in state.indexes:
        statements.insert(0, f"DROP INDEX {ident(tenant.schema_name)}.{ident(index_name(attribute))};")
    return ColumnChange(
        attribute=attribute.name,
        kind="type",
        statements=tuple(statements),
        table=attribute.table,
        column=attribute.name,
        new_type=attribute.data_type.value,
    )


def _index(tenant: TenantSpec, state: TenantState, attribute: Attribute, *, rebuilt: bool) -> list[ColumnChange]:
    name = index_name(attribute)
    exists = name in state.indexes and not rebuilt
    if attribute.is_indexed and not exists:
        method = "gin" if attribute.data_type in _LISTS else "btree"
        create = (
            f"CREATE INDEX {ident(name)} ON {_table(tenant, attribute.table)}"
            f" USING {method} ({ident(attribute.name)}) WHERE {ident(attribute.name)} IS NOT NULL;"
        )
        return [ColumnChange(attribute.name, "index", (create,))]
    if exists and not attribute.is_indexed:
        drop = f"DROP INDEX {ident(tenant.schema_name)}.{ident(name)};"
        return [ColumnChange(attribute.name, "index", (drop,))]
    return []


def _table(tenant: TenantSpec, table: str) -> str:
    return f"{ident(tenant.schema_name)}.{ident(table)}"
