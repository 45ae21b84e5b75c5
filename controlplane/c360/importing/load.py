"""Bring the rows of a file into a tenant: COPY into a staging table, one function call, one commit a chunk.

How far an import came is committed with its rows. An import that was interrupted, in whatever way, goes on where it
stopped when the same file comes with the same options; what a file is known by is its whole content.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from typing import Any

import psycopg
from psycopg import sql

from c360.domain.tenants import of_tenant
from c360.importing.rows import Reader, Row
from c360.importing.source import digest_of

_CHUNK_ROWS = 20_000
_CHUNK_BYTES = 16_000_000
_BEGIN = "SELECT {tenant}.begin_import(%s, %s, %s::jsonb, %s::jsonb, %s::jsonb, %s)"
_STAGED = "SELECT {tenant}.import_staged_rows(%s, %s)"
_FINISH = "SELECT {tenant}.finish_import(%s)"
_SAMPLE = "SELECT {tenant}.import_sample(%s, %s::text[]::jsonb[])"
_PROPOSE = "SELECT {tenant}.propose_import(%s, %s::jsonb, %s::jsonb, %s::jsonb)"
_SAMPLE_ROWS = 10

Progress = Callable[[int, int, int], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be imported, and how."""

    tenant: str
    source: str
    mapping: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    dry_run: bool = False


def load(connection: psycopg.Connection, wish: Wish, reader: Reader, progress: Progress) -> dict[str, Any]:
    """Import a file over a connection in autocommit mode; answers what c360.finish_import does.

    `progress` hears after each commit how far in the file it came, after how many rows, and how many of them were there
    before. A dry run answers with a sample of rows too.
    """
    if not wish.dry_run:
        return _import(connection, wish, reader, progress)
    with connection.transaction(force_rollback=True):
        summary = _import(connection, wish, reader, progress)
        summary["sample"] = _sample(
            connection, wish, summary["import_id"], summary["mapping"], _first_rows(reader, summary)
        )
    return summary | {"import_id": None, "status": "dry run"}


def propose(connection: psycopg.Connection, wish: Wish, reader: Reader) -> dict[str, Any]:
    """How the columns would be understood, with the preset their names tell; answers what c360.propose_import does."""
    proposed: dict[str, Any] = _call(
        connection,
        _PROPOSE,
        wish.tenant,
        wish.source,
        _columns(reader),
        json.dumps(wish.mapping),
        json.dumps(wish.options),
    )
    return proposed | {"mapping": in_file_order(proposed["mapping"], reader)}


def preview(connection: psycopg.Connection, wish: Wish, reader: Reader) -> list[dict[str, Any]]:
    """The first rows as they would become; takes everything back."""
    tried = replace(wish, dry_run=True)
    with connection.transaction(force_rollback=True):
        begun = _begin(connection, tried, reader)
        rows = list(islice(reader.rows(0, _columns_wanted(begun)), _SAMPLE_ROWS))
        if rows:
            _send(connection, tried, begun, rows, 0)
        mapping = in_file_order(begun["mapping"], reader)
        contents = [row.content for row in rows if row.content is not None]
        return _sample(connection, tried, begun["import_id"], mapping, contents)


def _import(connection: psycopg.Connection, wish: Wish, reader: Reader, progress: Progress) -> dict[str, Any]:
    begun = _begin(connection, wish, reader)
    done, position = begun["row_count"], begun["position"]
    progress(position, done, done)
    before = done
    for chunk in _chunks(reader.rows(position, _columns_wanted(begun))):
        _send(connection, wish, begun, chunk, done)
        done += len(chunk)
        progress(chunk[-1].position, done, before)
    summary = _call(connection, _FINISH, wish.tenant, begun["import_id"])
    known = {name: begun[name] for name in ("proposed_preset", "unmapped", "left_out")}
    return {
        **summary,
        **reader.described,
        **known,
        "mapping": in_file_order(summary["mapping"], reader),
        "resumed_after": before,
    }


def in_file_order(mapping: dict[str, Any], reader: Reader) -> dict[str, Any]:
    """A mapping with its columns as the file has them; a path into a document stands where its column does."""
    places = {column.name: place for place, column in enumerate(reader.columns())}

    def place(name: str) -> int:
        while name not in places and "." in name:
            name = name.rpartition(".")[0]
        return places.get(name, len(places))

    return dict(sorted(mapping.items(), key=lambda pair: place(pair[0])))


def _begin(connection: psycopg.Connection, wish: Wish, reader: Reader) -> dict[str, Any]:
    begun: dict[str, Any] = _call(
        connection,
        _BEGIN,
        wish.tenant,
        wish.source,
        reader.path.name,
        _columns(reader),
        json.dumps(wish.mapping),
        json.dumps(wish.options),
        _fingerprint(wish, reader),
    )
    return begun


def _columns(reader: Reader) -> str:
    return json.dumps([asdict(column) for column in reader.columns()])


def _send(connection: psycopg.Connection, wish: Wish, begun: dict[str, Any], rows: list[Row], done: int) -> None:
    """Copy rows and record them, in one transaction; `done` rows were sent before."""
    copy = sql.SQL("COPY {} (row_number, content, code, line) FROM STDIN").format(_identifier(begun["staging"]))
    with connection.transaction():
        with connection.cursor() as cursor, cursor.copy(copy) as stream:
            stream.write("".join(_line(done + place, row) for place, row in enumerate(rows, start=1)))
        _call(connection, _STAGED, wish.tenant, begun["import_id"], rows[-1].position)


def _first_rows(reader: Reader, summary: dict[str, Any]) -> list[str]:
    rows = islice(reader.rows(0, _columns_wanted(summary)), _SAMPLE_ROWS)
    return [row.content for row in rows if row.content is not None]


def _sample(
    connection: psycopg.Connection, wish: Wish, number: int, mapping: dict[str, Any], rows: list[str]
) -> list[dict[str, Any]]:
    """Rows as they became, what is known of each in the order of the columns it comes from."""
    sample: list[dict[str, Any]] = _call(connection, _SAMPLE, wish.tenant, number, rows)
    targets = [target for told in mapping.values() for target in (told if isinstance(told, list) else [told])]
    places: dict[str, int] = {}
    for place, target in enumerate(targets):
        kind, _, path = target.partition(".")
        if kind in ("traits", "identifiers"):
            places.setdefault(_bare(path.split(".")[0]), place)

    def place_of(pair: tuple[str, Any]) -> int:
        return places.get(_bare(pair[0]), len(targets))

    for row in sample:
        for part in ("identifiers", "attributes", "traits"):
            if part in row:
                row[part] = dict(sorted(row[part].items(), key=place_of))
    return sample


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9:]|\[\]$|\+[1-9]$", "", name.lower())


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    length = 0
    for row in rows:
        chunk.append(row)
        length += len(row.content or row.line or "")
        if len(chunk) == _CHUNK_ROWS or length > _CHUNK_BYTES:
            yield chunk
            chunk, length = [], 0
    if chunk:
        yield chunk


def _line(number: int, row: Row) -> str:
    """One line of COPY in text format."""
    return f"{number}\t{_cell(row.content)}\t{_cell(row.code)}\t{_cell(row.line)}\n"


def _cell(value: str | None) -> str:
    if value is None:
        return "\\N"
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def _columns_wanted(begun: dict[str, Any]) -> set[str]:
    """Columns the mapping reads, and for a dotted name those it may lead into."""
    names = set(begun["mapping"])
    for name in begun["mapping"]:
        parts = name.split(".")
        names.update(".".join(parts[:count]) for count in range(1, len(parts)))
    return names


def _fingerprint(wish: Wish, reader: Reader) -> str:
    return f"{'dry run ' if wish.dry_run else ''}{reader.reading} {digest_of(reader.path)}"


def _identifier(name: str) -> sql.Identifier:
    """The staging table, which the database names with its schema."""
    return sql.Identifier(*(part.strip('"') for part in name.split(".")))


def _call(connection: psycopg.Connection, query: str, tenant: str, *values: Any) -> Any:
    row = connection.execute(of_tenant(query, tenant).encode(), values).fetchone()
    return row[0] if row else {}
