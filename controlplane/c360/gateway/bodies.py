"""Read a request body within limits, unpacked when it was sent with gzip.

Refuses a body before it is read whole: by its announced length, by what has arrived so far, and by what it unpacks to.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request

from c360.domain.errors import C360Error, IngestRefused

MOST_BYTES = 500 * 1024
_GZIP = zlib.MAX_WBITS | 16
# Unpacking up to the limit takes milliseconds, in which nobody else would be answered. One at a time: the others need
# the processors too.
_unpacking = ThreadPoolExecutor(1, "c360 unpacking")


class SenderGone(C360Error):
    """The client hung up before its body had arrived."""


async def read_body(request: Request, hold: Callable[[int], None], most_bytes: int = MOST_BYTES) -> str:
    """The body as text. `hold` is told how many bytes came, and raises when there is no room for them."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", ""):
        raise IngestRefused(
            f"the content encoding {encoding!r} is not understood", code="U1010", hint="Send it plain or with gzip."
        )
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most_bytes:
        raise _too_large(most_bytes)
    body = bytearray()
    try:
        async for chunk in request.stream():
            if len(body) + len(chunk) > most_bytes:
                raise _too_large(most_bytes)
            hold(len(chunk))
            body += chunk
        if not encoding.endswith("gzip"):
            return _text(body)
        unpacked = await asyncio.get_running_loop().run_in_executor(_unpacking, _unpacked, body, most_bytes)
        hold(max(0, len(unpacked) - len(body)))
        return _text(unpacked)
    except ClientDisconnect as error:
        raise SenderGone("the client hung up", code="U1011") from error
    finally:
        # The traceback of a refusal would hold what was read until the garbage collector comes by.
        del body


def read_json(body: str) -> Any:
    """What a body says. Raises U1001 where it is no JSON."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise IngestRefused("the body is not JSON", code="U1001") from error


def _unpacked(body: bytearray, most_bytes: int) -> bytes:
    unpacker = zlib.decompressobj(_GZIP)
    try:
        plain = unpacker.decompress(body, most_bytes + 1)
    except zlib.error as error:
        raise IngestRefused("the body is not gzip", code="U1010") from error
    finally:
        del body  # the traceback of a refusal would hold it, and what comes of it
    if len(plain) > most_bytes:
        del plain, unpacker
        raise _too_large(most_bytes)
    if not unpacker.eof:
        raise IngestRefused("the gzip body ends too early", code="U1010")
    return plain


def _text(body: bytes | bytearray) -> str:
    """The body as text the database can read; bytes that are no text stand in it as `\\xff`, which no JSON has, so that
    they cost the event they are in and not its batch.
    """
    return body.decode("utf-8-sig", errors="backslashreplace").replace("\0", "\\x00")


def _too_large(most_bytes: int) -> IngestRefused:
    return IngestRefused(
        "the body is too large",
        code="U1003",
        detail=f"At most {most_bytes // 1024} KB fit into one request.",
        hint="Split the batch.",
    )
