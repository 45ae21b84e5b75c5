"""Turn results and errors into HTTP answers in the shape of PostgREST: {code, message, details, hint}.

The status of each code is the one of errors.csv: one fact, one home.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from c360.domain.errors import C360Error, DatabaseUnreachable, QueryRefused, TryAgain
from c360.installer.sources import sql_root

_JSON = "application/json"
_RETRY_AFTER = {"Retry-After": "1"}
# The server refuses the gateway's login, has run out of something, or was told to cancel: nothing is stored, and a
# retry works as soon as an operator has mended it.
_TRY_LATER_CLASSES = ("28", "3D", "53", "55", "57", "58")
# A tenant that was not synced since the last installation lacks tables, columns or functions.
_NOT_SYNCED = frozenset({"42P01", "42703", "42883"})
# Codes of PostgREST, whose clients know them; all others of a query that cannot be read are 400.
_OF_POSTGREST = {"PGRST103": 416, "PGRST106": 406, "PGRST107": 406, "PGRST116": 406, "PGRST202": 404, "PGRST205": 404}
_OF_STRANGERS = frozenset({"U1401", "U1403"})


def answer(document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(document), status_code=status, headers=dict(headers or {}), media_type=_JSON)


def refusal(error: C360Error, headers: Mapping[str, str] | None = None) -> Response:
    """The answer for an error; what the caller cannot help is told as 500 or 503 without details."""
    status, named = described(error)
    document = {"code": named.code, "message": named.message, "details": named.detail, "hint": named.hint}
    retry = _RETRY_AFTER if status in (429, 503) else {}
    challenge = {"WWW-Authenticate": 'Basic realm="c360"'} if status == 401 else {}
    return answer(document, status, {**(headers or {}), **retry, **challenge})


def described(error: C360Error) -> tuple[int, C360Error]:
    """Status and outward form of an error."""
    is_of_an_upgrade = error.code in _NOT_SYNCED and not isinstance(error, QueryRefused)
    if isinstance(error, (DatabaseUnreachable, TryAgain)) or error.code[:2] in _TRY_LATER_CLASSES or is_of_an_upgrade:
        return 503, C360Error("the database cannot be reached; send it again", code="U1503")
    if error.code == "54001":
        return 400, C360Error("the body is nested too deeply", code="U1005")
    if error.code in statuses():
        return statuses()[error.code], error
    if isinstance(error, QueryRefused):
        return _OF_POSTGREST.get(error.code, 400), error
    return 500, C360Error("the gateway failed; send it again", code="U1500")


def is_of_a_stranger(error: C360Error) -> bool:
    """Whether the key was refused, or the origin it was used from."""
    return error.code in _OF_STRANGERS


@functools.cache
def statuses() -> dict[str, int]:
    """HTTP status by SQLSTATE."""
    with (sql_root() / "errors.csv").open(encoding="utf-8", newline="") as file:
        return {row["sqlstate"]: int(row["http_status"]) for row in csv.DictReader(file)}
