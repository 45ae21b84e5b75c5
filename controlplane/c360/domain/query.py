"""Reads a query in PostgREST's dialect into the document that c360._read() takes. Pure: knows no relation, no column.

    select=name:full_name,city & city=eq.Hue & age=not.lt.18 & order=created_at.desc.nullslast & limit=20 & offset=40

becomes {"select": [...], "where": [...], "order": [...], "limit": 20, "offset": 40}. What PostgREST can and this cannot
is refused by name (U1013), what neither can as PostgREST does it (PGRST100).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from c360.domain.errors import QueryRefused

OPERATORS = ("eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "in", "is")
_OF_POSTGREST = frozenset(
    "match imatch isdistinct fts plfts phfts wfts cs cd ov sl sr nxr nxl adj".split()  # noqa: SIM905 - a list to read
)
_LOGICAL = frozenset({"and", "or", "not.and", "not.or"})
_STATES = frozenset({"null", "not_null", "true", "false", "unknown"})
_DIRECTIONS = {"asc": False, "desc": True}
_NULLS = {"nullsfirst": "first", "nullslast": "last"}
_WRITE = {
    "select parameter": "Write column or alias:column, separated by commas.",
    "order": "Write column, column.desc or column.asc.nullslast, separated by commas.",
    "limit": "Write a whole number.",
    "offset": "Write a whole number.",
}
_NAME = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s,.:()"\'>{}*\\-]+(?:-[^\s,.:()"\'>{}*\\-]+)*')
_ITEM = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^,()"]*))\s*')
_RANGE = re.compile(r"(\d{1,18})-(\d{0,18})")
_WHOLE_NUMBER = re.compile(r"-?\d{1,18}")
_MOST_TERMS = 200


def parse_query(parameters: Iterable[tuple[str, str]], *, arguments: Iterable[str] = ()) -> dict[str, Any]:
    """The document of a query string; `arguments` are names in it that are no columns but are taken as they are."""
    taken = frozenset(arguments)
    query: dict[str, Any] = {}
    where: list[dict[str, Any]] = []
    for name, value in parameters:
        if "\0" in value or "\0" in name:
            raise _unreadable("query", name)
        if name in taken or name in _READERS:
            if name in query:
                raise QueryRefused(f'"{name}" is given twice', code="PGRST100")
            query[name] = value if name in taken else _READERS[name](value)
        elif name in _LOGICAL:
            raise _needs_postgrest("logical trees (and, or)")
        else:
            where.append(parse_filter(name, value))
    if len(where) > _MOST_TERMS:
        raise QueryRefused(f"a query has at most {_MOST_TERMS} conditions", code="PGRST100")
    return {**query, "where": where} if where else query


def parse_filter(column: str, condition: str) -> dict[str, Any]:
    """One condition: the name of a column and `[not.]operator.value`."""
    name = _column(column)
    negated = condition.startswith("not.")
    operator, dot, value = condition.removeprefix("not.").partition(".")
    if "(" in operator:
        raise _needs_postgrest("operators with a modifier and full-text search")
    if operator in _OF_POSTGREST:
        raise _needs_postgrest(f"the operator {operator}")
    if operator not in OPERATORS or not dot:
        raise _unreadable("filter", condition)
    term: dict[str, Any] = {"column": name, "operator": operator, "value": _value(operator, value)}
    return {**term, "negated": True} if negated else term


def parse_select(text: str) -> list[dict[str, str]]:
    """The columns that are asked for; an empty list means all of them."""
    text = text.strip()
    if text in ("", "*"):
        return []
    return [_selected(item.strip()) for item in _split(text)]


def parse_order(text: str) -> list[dict[str, Any]]:
    """`column[.asc|.desc][.nullsfirst|.nullslast]`, separated by commas."""
    return [_ordered(item.strip()) for item in _split(text) if item.strip()]


def parse_range(header: str | None) -> tuple[int, int | None] | None:
    """First and last row of a Range header that counts rows; None where there is none."""
    found = _RANGE.fullmatch((header or "").strip())
    if found is None:
        return None
    first, last = int(found[1]), int(found[2]) if found[2] else None
    if last is not None and last < first:
        raise QueryRefused(
            "Requested range not satisfiable",
            code="PGRST103",
            detail="The lower boundary must be lower than or equal to the upper boundary in the Range header.",
        )
    return first, last


def within(query: Mapping[str, Any], rows: tuple[int, int | None] | None) -> dict[str, Any]:
    """The query cut down to a range of rows."""
    limit, offset = query.get("limit"), query.get("offset", 0)
    if rows is not None:
        first, last = rows
        ends = [offset + limit] if limit is not None else []
        ends += [last + 1] if last is not None else []
        offset = max(offset, first)
        limit = max(0, min(ends) - offset) if ends else None
    return {**query, "offset": offset, **({} if limit is None else {"limit": limit})}


def _selected(item: str) -> dict[str, str]:
    if "(" in item or item.startswith("..."):
        raise _needs_postgrest("embedded relations and aggregates")
    if "::" in item:
        raise _needs_postgrest("casts")
    if "->" in item:
        raise _needs_postgrest("paths into JSON")
    if item == "*":
        raise _needs_postgrest("* beside other columns")
    first = _NAME.match(item)
    if first is None:
        raise _unreadable("select parameter", item)
    rest = item[first.end() :]
    if not rest:
        return {"column": _unquoted(first[0])}
    second = _NAME.fullmatch(rest[1:])
    if rest[0] != ":" or second is None:
        raise _unreadable("select parameter", item)
    return {"column": _unquoted(second[0]), "as": _unquoted(first[0])}


def _ordered(item: str) -> dict[str, Any]:
    if "(" in item:
        raise _needs_postgrest("an order by columns of embedded relations")
    if "->" in item:
        raise _needs_postgrest("paths into JSON")
    name = _NAME.match(item)
    if name is None:
        raise _unreadable("order", item)
    words = item[name.end() :].split(".")
    descending = _DIRECTIONS.get(words[1]) if len(words) > 1 else None
    nulls = _NULLS.get(words[-1]) if len(words) > 1 else None
    if words != ["", *([words[1]] if descending is not None else []), *([words[-1]] if nulls else [])]:
        raise _unreadable("order", item)
    return {
        "column": _unquoted(name[0]),
        "descending": bool(descending),
        "nulls": nulls or ("first" if descending else "last"),
    }


def _value(operator: str, value: str) -> Any:
    if operator == "in":
        return list(_listed(value))
    if operator == "is":
        if value.lower() not in _STATES:
            raise _unreadable("filter", f"is.{value}")
        return value.lower()
    return value.replace("*", "%") if operator in ("like", "ilike") else value


def _listed(value: str) -> Iterator[str]:
    """The members of `(a,b,"c,d")`."""
    if len(value) < 2 or value[0] != "(" or value[-1] != ")":
        raise _unreadable("filter", f"in.{value}")
    inner, place = value[1:-1], 0
    if not inner.strip():
        return
    while True:
        item = _ITEM.match(inner, place)
        if item is None:  # pragma: no cover - the pattern matches nothing, too
            raise _unreadable("filter", f"in.{value}")
        yield item[2].strip() if item[1] is None else re.sub(r"\\(.)", r"\1", item[1], flags=re.DOTALL)
        place = item.end()
        if place == len(inner):
            return
        if inner[place] != ",":
            raise _unreadable("filter", f"in.{value}")
        place += 1


def _split(text: str) -> list[str]:
    """Cut at the commas that stand neither in quotation marks nor in brackets."""
    items, depth, quoted, begin = [], 0, False, 0
    place = 0
    while place < len(text):
        letter = text[place]
        if quoted:
            place += letter == "\\"
            quoted = letter != '"'
        elif letter == '"':
            quoted = True
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif letter == "," and depth == 0:
            items.append(text[begin:place])
            begin = place + 1
        place += 1
    return [*items, text[begin:]]


def _column(name: str) -> str:
    name = name.strip()
    if "->" in name:
        raise _needs_postgrest("paths into JSON")
    found = _NAME.fullmatch(name)
    if found is None:
        if "." in name:
            raise _needs_postgrest("conditions on embedded relations")
        raise _unreadable("filter", name)
    return _unquoted(name)


def _unquoted(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name[1:-1], flags=re.DOTALL) if name.startswith('"') else name


def _row_count(name: str) -> Any:
    def read(value: str) -> int:
        if not _WHOLE_NUMBER.fullmatch(value.strip()):
            raise _unreadable(name, value)
        number = int(value)
        if number < 0:
            raise QueryRefused(
                "Requested range not satisfiable",
                code="PGRST103",
                detail=f"{name.capitalize()} should be greater than or equal to zero.",
            )
        return min(number, 2_147_483_647)

    return read


def _unreadable(part: str, text: str) -> QueryRefused:
    return QueryRefused(
        f'"failed to parse {part} ({text[:200]})"',
        code="PGRST100",
        hint=_WRITE.get(part)
        or f"Write column=operator.value, with one of {', '.join(OPERATORS)}; not. may stand before it.",
    )


def _needs_postgrest(what: str) -> QueryRefused:
    return QueryRefused(
        f"the gateway does not do this: {what}",
        code="U1013",
        hint="A PostgREST pointed at the same database does: docs/how-to/connect-postgrest.md",
    )


_READERS: dict[str, Any] = {
    "select": parse_select,
    "order": parse_order,
    "limit": _row_count("limit"),
    "offset": _row_count("offset"),
}
