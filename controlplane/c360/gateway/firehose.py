"""Takes what a stream of Amazon Data Firehose delivers to an HTTP endpoint, and answers as it wants to be answered.

    POST /v1/firehose    X-Amz-Firehose-Access-Key: a write key
                         {"requestId": "...", "timestamp": ..., "records": [{"data": "<base64>"}, ...]}

A request is answered with 200 when all its records are on disk; Firehose sends it again otherwise, under the same id,
and what was taken the first time is a duplicate then. What cannot be an event is rejected and kept: it must not hold
the stream up. Only the frame is read here, in a thread; what the records hold is read in the database.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from c360.domain.errors import C360Error, IngestRefused
from c360.gateway.answers import answer, described
from c360.gateway.bodies import read_body
from c360.gateway.credentials import digest
from c360.gateway.intake import Caller
from c360.gateway.keys import Keys
from c360.gateway.records import Record, calls, record_text
from c360.gateway.rooms import Hold

PATH = "/v1/firehose"
_KEY, _REQUEST = "x-amz-firehose-access-key", "x-amz-firehose-request-id"
# Firehose shows no more of an answer.
_LONGEST_ERROR = 8192

_Handler = Callable[[Request], Awaitable[Response]]


def route(
    db: Caller,
    keys: Keys,
    guard: Callable[[str, _Handler], _Handler],
    count: Callable[[dict[str, Any]], None],
    most_bytes: int,
) -> Route:
    """The one route of it. `count` is told what became of the events."""

    async def handle(request: Request) -> Response:
        try:
            await _taken(request, db, keys, count, most_bytes)
        except C360Error as error:
            status, named = described(error)
            said = f"{named.code}: {named.message}" + (f" {named.hint}" if named.hint else "")
            return _told(request, status, said[:_LONGEST_ERROR])
        return _told(request, 200)

    return Route(PATH, guard("firehose", handle), methods=["POST"])


async def _taken(
    request: Request, db: Caller, keys: Keys, count: Callable[[dict[str, Any]], None], most_bytes: int
) -> None:
    key = request.headers.get(_KEY, "").strip()
    if not key:
        raise IngestRefused("the key is missing", code="U1401", hint="Give the stream a write key as its access key.")
    hashed = digest(key)
    origin = request.headers.get("origin")
    known = await keys.admitted(hashed, origin)
    with Hold(known.share.memory) as hold:
        records = await asyncio.to_thread(_records, await read_body(request, hold.more, most_bytes))
        hold.more(sum(len(record.text) for record in records))
        for some in calls(records):
            async with known.share.taken():
                outcome = await db.call(
                    "c360_v1.receive_records",
                    key_hash=hashed,
                    ids=[record.id for record in some],
                    records=[record.text for record in some],
                    origin=origin,
                )
            count(outcome)


def _records(body: str) -> list[Record]:
    """The records of a request. Raises U1001 or U1002 where it is none of Firehose."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise IngestRefused("the body is not JSON", code="U1001") from error
    try:
        return [
            Record(
                f"firehose-{document['requestId']}-{place}",
                record_text(base64.b64decode(record["data"], validate=True)),
            )
            for place, record in enumerate(document["records"])
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise IngestRefused(
            "the body is none of Firehose",
            code="U1002",
            hint='It is {"requestId": "...", "timestamp": 0, "records": [{"data": "<base64>"}]}.',
        ) from error


def _told(request: Request, status: int, error: str | None = None) -> Response:
    """The answer as Firehose reads it: without the id of its request it would not believe it."""
    document: dict[str, Any] = {
        "requestId": request.headers.get(_REQUEST, ""),
        "timestamp": int(time.time() * 1000),
    }
    if error is not None:
        document["errorMessage"] = error
    return answer(document, status)
