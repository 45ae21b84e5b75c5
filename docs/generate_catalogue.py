"""Reference text from the catalogue of an installed database with the tenant acme: functions and tables."""

from __future__ import annotations

import re
from collections.abc import Iterable

import psycopg
from psycopg.rows import dict_row

from c360.installer.sources import sql_root

DOMAINS = {
    "governance": "Tenants and governance",
    "plan": "The tracking plan",
    "ingest": "Ingest",
    "context": "Pages, campaigns, devices and sessions",
    "identity": "Identity resolution",
    "profile": "Golden records",
    "topic": "Topics",
    "relay": "Webhooks and the relay",
    "sink": "Sending topics to other systems",
    "models": "Models of customers",
    "metrics": "Metrics of customers",
    "scoring": "Scores",
    "trait": "Computed traits",
    "segment": "Segments",
    "reports": "Reports",
    "consent": "Consent",
    "activation": "Activation",
    "agent": "AI agents",
    "privacy": "Privacy",
    "lake": "The lake",
    "jobs": "Jobs",
    "ops": "Looking after the system",
    "api": "Schema c360_v1: what HTTP exposes",
}
_PEOPLE = frozenset({"reader", "writer", "admin"})
_ROLES = ("reader", "writer", "admin", "worker", "relay", "gateway")
# Roles of a tenant: admin includes writer includes reader.
_INCLUDES = {"reader": ("writer", "admin"), "writer": ("admin",)}

_FUNCTIONS = """
    SELECT
        function.proname AS name,
        schema.nspname AS schema,
        function.prokind = 'p' AS is_procedure,
        function.proretset AS is_set,
        format_type(function.prorettype, NULL) AS result,
        obj_description(function.oid, 'pg_proc') AS description,
        ARRAY(
            SELECT ARRAY[
                coalesce(argument.name, ''),
                format_type(argument.type, NULL),
                coalesce(argument.mode, 'i'),
                CASE WHEN coalesce(argument.mode, 'i') = 'i'
                     THEN pg_get_function_arg_default(function.oid, argument.position::integer) END
            ]
            FROM ROWS FROM (
                unnest(coalesce(function.proallargtypes, function.proargtypes::oid[])),
                unnest(function.proargnames),
                unnest(function.proargmodes::text[])
            ) WITH ORDINALITY AS argument (type, name, mode, position)
            ORDER BY argument.position
        ) AS arguments,
        ARRAY(
            SELECT granted.taken_by
            FROM c360.function_rights AS granted
            WHERE granted.schema_name = schema.nspname
              AND granted.function_name = function.proname
        ) AS roles
    FROM pg_proc AS function
    JOIN pg_namespace AS schema ON schema.oid = function.pronamespace
    WHERE schema.nspname IN ('c360', 'c360_v1')
      AND function.proname NOT LIKE '\\_%%'
      AND function.proname NOT LIKE 'tg\\_%%'
    ORDER BY schema.nspname, function.proname, function.pronargs, function.oid::regprocedure::text
"""
_COLUMNS = """
    SELECT own.attname AS name, col_description(own.attrelid, own.attnum) AS description
    FROM pg_attribute AS own
    WHERE own.attrelid = %s::regclass
      AND own.attnum > 0
      AND NOT own.attisdropped
    ORDER BY own.attnum
"""

_TABLES = """
    SELECT
        relation.relname AS name,
        relation.relkind IN ('v', 'm') AS is_view,
        obj_description(relation.oid, 'pg_class') AS description
    FROM pg_class AS relation
    WHERE relation.relnamespace = %s::regnamespace
      AND relation.relkind IN ('r', 'p', 'v', 'm')
      AND NOT relation.relispartition
    ORDER BY is_view, relation.relname
"""


def functions(connection: psycopg.Connection) -> str:
    """Every function that somebody may call, by domain."""
    files = {(path.parent.name, path.stem): path for path in sql_root().rglob("*.sql")}
    entries: dict[str, list[str]] = {domain: [] for domain in DOMAINS}
    with connection.cursor(row_factory=dict_row) as cursor:
        # Types of c360 are written with their schema, whatever path the session has.
        cursor.execute("SET LOCAL search_path = pg_catalog")
        rows = cursor.execute(_FUNCTIONS.replace("%%", "%").encode()).fetchall()
    for row in rows:
        domain = "api" if row["schema"] == "c360_v1" else _domain(row["name"], files)
        header = files[domain, row["name"]].read_text(encoding="utf-8").split("CREATE OR REPLACE", 1)[0]
        entries[domain].append(_entry(row, sorted(set(re.findall(r"\bU[1-9]\d{3}\b", header)))))
    return "\n".join(
        f"## {title}\n\n" + "\n".join(entries[domain]) for domain, title in DOMAINS.items() if entries[domain]
    )


def columns(connection: psycopg.Connection, *, relation: str) -> str:
    """Columns of a view with their comments; those that say nothing more than their name are left out."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_COLUMNS, [relation]).fetchall()
    lines = [f"| `{row['name']}` | {_cell(row['description'])} |" for row in rows if row["description"]]
    return "\n".join(["| column | meaning |", "|---|---|", *lines])


def tables(connection: psycopg.Connection, *, schema: str) -> str:
    """Tables and views of a schema with their comments."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_TABLES, [schema]).fetchall()
    kinds = {False: "Table", True: "View"}
    parts = []
    for is_view, title in kinds.items():
        lines = [f"| `{row['name']}` | {_cell(row['description'])} |" for row in rows if row["is_view"] is is_view]
        if lines:
            parts.append("\n".join([f"| {title} | What it holds |", "|---|---|", *lines]) + "\n")
    return "\n".join(parts)


def _domain(name: str, files: dict[tuple[str, str], object]) -> str:
    return next(domain for domain in DOMAINS if (domain, name) in files)


def _entry(row: dict[str, object], codes: list[str]) -> str:
    arguments = [item for item in row["arguments"] if item[2] in "iv"]  # type: ignore[attr-defined]
    columns = [item for item in row["arguments"] if item[2] in "to"]  # type: ignore[attr-defined]
    schema = row["schema"]
    if arguments and arguments[0][0] in {"p_tenant", "p_schema"} and _PEOPLE & set(row["roles"]):  # type: ignore[arg-type]
        schema, arguments = "tenant_acme", arguments[1:]
    signature = f"{schema}.{row['name']}{_list(map(_argument, arguments))}"
    if columns:
        shape = _list(f"{name} {_type(kind)}" for name, kind, *_ in columns)
        result = f"{'rows of ' if row['is_set'] else ''}{shape}"
    else:
        result = ("rows of " if row["is_set"] else "") + _type(str(row["result"]))
    notes = f"Callers: {_callers(row['roles'])}."  # type: ignore[arg-type]
    if codes:
        notes += " Raises " + ", ".join(f"`{code}`" for code in codes) + "."
    returns = "" if result == "void" or row["is_procedure"] else f" -> {result}"
    return f"```sql\n{signature}{returns}\n```\n{_cell(row['description'])} {notes}\n"


def _list(items: Iterable[str]) -> str:
    """In one line, or one item a line where that would be long."""
    listed = list(items)
    line = f"({', '.join(listed)})"
    return line if len(line) < 80 else "(\n    " + ",\n    ".join(listed) + "\n)"


def _callers(roles: list[str]) -> str:
    everybody = {*roles, *(included for role in roles for included in _INCLUDES.get(role, ()))}
    return ", ".join(role for role in _ROLES if role in everybody) or "the owner only"


def _argument(argument: tuple[str, str, str, str | None]) -> str:
    name, kind, _, default = argument
    text = f"{name} {_type(kind)}".strip()
    if default is None:
        return text
    plain = re.sub(r"::[a-z_ ]+(\[\])?", "", default)
    return f"{text} DEFAULT {plain}"


def _type(name: str) -> str:
    return name.replace("timestamp with time zone", "timestamptz")


def _cell(text: object) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")
