"""Rows over HTTP, in PostgREST's dialect as its clients use it every day.

    GET, HEAD /<relation>                rows of a view of the tenant, for secret keys
    GET, HEAD, POST /rpc/list_profiles   the same of golden records, with p_search: parts of a name
    GET, HEAD /                          OpenAPI, from the comments in the database

Nothing is decided here: headers and address become one document, one function takes it with the hash of the key and
answers a page. Golden records as CSV or NDJSON, with neither order nor range, are sent whole, page after page, and
between two pages nobody holds a connection for the reader.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from c360.domain.errors import C360Error, IngestRefused, QueryRefused
from c360.domain.query import parse_query, parse_range, within
from c360.gateway.answers import answer
from c360.gateway.bodies import read_body, read_json
from c360.gateway.credentials import key_hash
from c360.gateway.intake import Caller
from c360.gateway.keys import Keys
from c360.gateway.rooms import Hold

_Handler = Callable[[Request], Awaitable[Response]]
_Guard = Callable[[str, _Handler], _Handler]

_GOLDEN_RECORDS = "cdp_profiles"
_JSON, _SINGULAR = "application/json", "application/vnd.pgrst.object+json"
_FORMATS = {
    _JSON: "json",
    "application/vnd.pgrst.array+json": "json",
    "application/*": "json",
    "*/*": "json",
    _SINGULAR: "object",
    "application/vnd.pgrst.object": "object",
    "text/csv": "csv",
    "application/x-ndjson": "ndjson",
    "application/jsonl": "ndjson",
}
_CONTENT_TYPES = {
    "json": f"{_JSON}; charset=utf-8",
    "object": f"{_SINGULAR}; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson",
}
_COUNTS = frozenset({"exact", "planned", "estimated"})
# What PostgreSQL says of a query that asks for something there is not; all else of these classes is a wrong value.
_OF_THE_QUERY = frozenset({"42703", "42701", "42883", "42804"})
_WRONG_VALUES = ("22", "54")
_POSTGREST = "A PostgREST pointed at the same database does: docs/how-to/connect-postgrest.md"


def routes(db: Caller, keys: Keys, guard: _Guard, cors: Callable[[Request], dict[str, str]]) -> list[Route]:
    """The last routes of the gateway: one of them takes any name."""
    reads = _Reads(db, keys, cors)
    return [
        Route("/", guard("openapi", reads.openapi), methods=["GET", "OPTIONS"]),
        Route("/rpc/list_profiles", guard("list_profiles", reads.list_profiles), methods=["GET", "POST", "OPTIONS"]),
        Route("/{relation}", guard("read", reads.relation), methods=["GET", "OPTIONS"]),
    ]


class _Reads:
    def __init__(self, db: Caller, keys: Keys, cors: Callable[[Request], dict[str, str]]) -> None:
        self._db = db
        self._keys = keys
        self._cors = cors

    async def relation(self, request: Request) -> Response:
        return await self._rows(request, request.path_params["relation"])

    async def list_profiles(self, request: Request) -> Response:
        return await self._rows(request, _GOLDEN_RECORDS, search="p_search")

    async def openapi(self, request: Request) -> Response:
        hashed = key_hash(request.headers.get("authorization"), request.headers.get("apikey"))
        origin = request.headers.get("origin")
        if hashed is None:
            document = await self._db.call("c360_v1.openapi_by_key", key_hash=None, origin=origin)
        else:
            async with (await self._keys.known(hashed, origin)).share.taken():
                document = await self._db.call("c360_v1.openapi_by_key", key_hash=hashed, origin=origin)
        return answer(document, headers=self._cors(request))

    async def _rows(self, request: Request, relation: str, search: str | None = None) -> Response:
        hashed = key_hash(request.headers.get("authorization"), request.headers.get("apikey"))
        if hashed is None:
            raise IngestRefused("the key is missing", code="U1401", hint="Send a secret key as bearer token.")
        known = await self._keys.known(hashed, request.headers.get("origin"))  # first of all: a stranger learns nothing
        if "\0" in relation:
            raise QueryRefused("a name cannot hold U+0000", code="PGRST100")
        asked = request.query_params.multi_items()
        if search and request.method == "POST":
            with Hold(known.share.memory) as hold:
                asked += _arguments(await read_body(request, hold.more), search)
        query = parse_query(asked, arguments=[search] if search else [])
        if search:
            query["search"] = query.pop(search, "").strip() or None
        kind = _format(request.headers.get("accept", "*/*"))
        count = _count(request.headers.get("prefer", ""))
        rows = parse_range(request.headers.get("range"))
        is_export = (
            relation == _GOLDEN_RECORDS
            and kind in ("csv", "ndjson")
            and request.method == "GET"
            and rows is None
            and not query.keys() & {"limit", "offset", "order"}
        )
        query = {**within(query, rows), "format": kind}
        schema = request.headers.get("accept-profile")
        if schema is not None:
            query["schema"] = schema
        if count is not None and not is_export:
            query["count"] = count

        page = await self._page(request, hashed, relation, query)
        headers = {**self._cors(request), "Content-Type": _CONTENT_TYPES[kind]}
        if is_export:
            return StreamingResponse(self._whole(request, hashed, query, page), headers=headers)
        if kind == "object" and page["rows"] != 1:
            raise QueryRefused(
                "Cannot coerce the result to a single JSON object",
                code="PGRST116",
                detail=f"The result contains {page['rows']} rows",
            )
        if count is not None:
            headers["Preference-Applied"] = f"count={count}"
        status, headers["Content-Range"] = _content_range(query["offset"], page["rows"], page["total"])
        body = b"" if request.method == "HEAD" else page["body"].encode()
        return Response(body, status, headers)

    async def _whole(
        self, request: Request, hashed: bytes, query: dict[str, Any], page: dict[str, Any]
    ) -> AsyncIterator[bytes]:
        yield page["body"].encode()
        while page["after"] is not None:
            query = {**query, "offset": 0, "after": page["after"]}
            page = await self._page(request, hashed, _GOLDEN_RECORDS, query)
            yield page["body"].encode()

    async def _page(self, request: Request, hashed: bytes, relation: str, query: dict[str, Any]) -> dict[str, Any]:
        origin = request.headers.get("origin")
        known = await self._keys.admitted(hashed, origin)
        try:
            async with known.share.taken():
                page: dict[str, Any] = await self._db.call(
                    "c360_v1.read_by_key", key_hash=hashed, relation=relation, query=query, origin=origin
                )
        except C360Error as error:
            raise _told(error, relation) from error
        return page


def _arguments(body: str, name: str) -> list[tuple[str, str]]:
    """The argument of a function that stands in the body of a call, as an address would carry it."""
    given = read_json(body) if body.strip() else {}
    if not isinstance(given, dict) or given.keys() - {name} or not isinstance(given.get(name, ""), str | None):
        raise QueryRefused(
            "Could not find the function with these arguments in the schema cache",
            code="PGRST202",
            hint=f'The body is an object, with nothing but text in it: {{"{name}": "..."}}',
        )
    return [(name, given[name])] if given.get(name) else []


def _format(accept: str) -> str:
    """The first format of the Accept header that there is, the most wanted first."""
    wanted = []
    for part in accept.split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        if kind in _FORMATS and "nulls=stripped" in parameters:
            raise QueryRefused("the gateway does not do this: nulls=stripped", code="U1013", hint=_POSTGREST)
        if kind.startswith("application/vnd.pgrst.plan"):
            raise QueryRefused("the gateway does not show plans", code="U1013", hint=_POSTGREST)
        if kind in _FORMATS and weight.strip("0.") != "":
            wanted.append((weight, kind))
    if not wanted:
        raise QueryRefused(
            f"None of these media types are available: {accept[:200]}",
            code="PGRST107",
            hint=f"There are {', '.join(_CONTENT_TYPES[kind].partition(';')[0] for kind in _CONTENT_TYPES)}.",
        )
    return _FORMATS[max(wanted, key=lambda pair: pair[0])[1]]


def _count(prefer: str) -> str | None:
    """How rows are counted. Raises QueryRefused for what must not be passed over."""
    wishes = [wish.strip() for wish in prefer.split(",") if wish.strip()]
    counts = [wish[6:] for wish in wishes if wish.startswith("count=")]
    if "tx=rollback" in wishes:
        raise QueryRefused("the gateway does not do this: tx=rollback", code="U1013", hint=_POSTGREST)
    known = {"handling=strict", "handling=lenient", "return=minimal", "return=representation", "tx=commit"}
    unknown = [wish for wish in wishes if wish not in known | {f"count={count}" for count in _COUNTS}]
    if unknown and "handling=strict" in wishes:
        raise QueryRefused(
            "Invalid preferences given with handling=strict",
            code="PGRST122",
            detail=f"Invalid preferences: {', '.join(unknown)[:200]}",
        )
    return next((count for count in counts if count in _COUNTS), None)


def _content_range(first: int, rows: int, total: int | None) -> tuple[int, str]:
    """Status and Content-Range of a page. Raises QueryRefused where it begins after the last row."""
    if total is not None and first > total:
        raise QueryRefused(
            "Requested range not satisfiable",
            code="PGRST103",
            detail=f"An offset of {first} was requested, but there are only {total} rows.",
        )
    shown = f"{first}-{first + rows - 1}" if rows else "*"
    is_part = total is not None and rows < total
    return (206 if is_part else 200), f"{shown}/{'*' if total is None else total}"


def _told(error: C360Error, relation: str) -> C360Error:
    """What PostgreSQL says of a wrong query, as PostgREST tells it."""
    if error.code == "42P01":
        return QueryRefused(
            f"Could not find the table '{relation}' in the schema cache", code="PGRST205", hint=error.hint
        )
    if error.code == "3F000":
        return QueryRefused(error.message, code="PGRST106", hint=error.hint)
    if error.code in _OF_THE_QUERY or error.code[:2] in _WRONG_VALUES:
        return QueryRefused(error.message, code=error.code, detail=error.detail, hint=error.hint)
    return error
