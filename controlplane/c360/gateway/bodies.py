"""Read a request body within limits, unpacked when it was sent with gzip.

Refuses a body before it is read whole: by its announced length, by what has arrived so far, and by what it unpacks to.
"""

from __future__ import annotations

import zlib

from starlette.requests import ClientDisconnect, Request

from c360.domain.errors import C360Error, IngestRefused

MOST_BYTES = 500 * 1024
_GZIP = zlib.MAX_WBITS | 16


class SenderGone(C360Error):
    """The client hung up before its body had arrived."""


async def read_body(request: Request, most_bytes: int = MOST_BYTES) -> str:
    """The body as text."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", ""):
        raise IngestRefused(
            f"the content encoding {encoding!r} is not understood", code="U1010", hint="Send it plain or with gzip."
        )
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most_bytes:
        raise _too_large(most_bytes)
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > most_bytes:
                raise _too_large(most_bytes)
            chunks.append(chunk)
    except ClientDisconnect as error:
        raise SenderGone("the client hung up", code="U1011") from error
    body = b"".join(chunks)
    return _text(_unpacked(body, most_bytes) if encoding.endswith("gzip") else body)


def _unpacked(body: bytes, most_bytes: int) -> bytes:
    unpacker = zlib.decompressobj(_GZIP)
    try:
        plain = unpacker.decompress(body, most_bytes + 1)
    except zlib.error as error:
        raise IngestRefused("the body is not gzip", code="U1010") from error
    if len(plain) > most_bytes:
        raise _too_large(most_bytes)
    if not unpacker.eof:
        raise IngestRefused("the gzip body ends too early", code="U1010")
    return plain


def _text(body: bytes) -> str:
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
