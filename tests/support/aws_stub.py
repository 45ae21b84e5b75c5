"""Firehose and SNS as far as batches go, on loopback: takes and fails the entries a test wants."""

from __future__ import annotations

import base64
import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape


@dataclass(frozen=True)
class Sent:
    """One entry of a call."""

    body: str
    group: str | None = None
    dedup: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass
class Stub:
    """What came, call by call, and what was taken of it."""

    url: str = ""
    calls: list[list[Sent]] = field(default_factory=list)
    taken: list[Sent] = field(default_factory=list)
    # (number of the call, entry) -> code of a failure, or None to take it.
    judge: Callable[[int, Sent], str | None] = lambda _call, _sent: None
    # number of the call -> (status, code) of a failure of the whole call, or None.
    refuse: Callable[[int], tuple[int, str] | None] = lambda _call: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, entries: list[Sent]) -> tuple[tuple[int, str] | None, list[str | None]]:
        with self.lock:
            self.calls.append(entries)
            number = len(self.calls)
            refused = self.refuse(number)
            if refused is not None:
                return refused, []
            verdicts = [self.judge(number, entry) for entry in entries]
            self.taken += [entry for entry, code in zip(entries, verdicts, strict=True) if code is None]
            return None, verdicts


@contextlib.contextmanager
def running_stub() -> Iterator[Stub]:
    stub = Stub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _requests(stub))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    stub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _requests(stub: Stub) -> type[BaseHTTPRequestHandler]:
    class Requests(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if "X-Amz-Target" in self.headers:
                status, answer = _firehose(stub, json.loads(body))
            else:
                status, answer = _sns(stub, {name: values[0] for name, values in parse_qs(body.decode()).items()})
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1" if answer[:1] == b"{" else "text/xml")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Nothing is said."""

    return Requests


def _firehose(stub: Stub, asked: dict[str, Any]) -> tuple[int, bytes]:
    refused, verdicts = stub.take([Sent(base64.b64decode(one["Data"]).decode()) for one in asked["Records"]])
    if refused is not None:
        return refused[0], json.dumps({"__type": refused[1], "message": "refused"}).encode()
    told = [{"RecordId": "r"} if code is None else {"ErrorCode": code, "ErrorMessage": "slow"} for code in verdicts]
    failed = sum(code is not None for code in verdicts)
    return 200, json.dumps({"FailedPutCount": failed, "RequestResponses": told}).encode()


def _sns(stub: Stub, asked: dict[str, str]) -> tuple[int, bytes]:
    entries, ids = [], []
    number = 1
    while (head := f"PublishBatchRequestEntries.member.{number}") + ".Id" in asked:
        attributes = {}
        place = 1
        while (one := f"{head}.MessageAttributes.entry.{place}") + ".Name" in asked:
            attributes[asked[f"{one}.Name"]] = asked[f"{one}.Value.StringValue"]
            place += 1
        ids.append(asked[f"{head}.Id"])
        entries.append(
            Sent(
                asked[f"{head}.Message"],
                asked.get(f"{head}.MessageGroupId"),
                asked.get(f"{head}.MessageDeduplicationId"),
                tuple(sorted(attributes.items())),
            )
        )
        number += 1
    refused, verdicts = stub.take(entries)
    if refused is not None:
        text = f"<ErrorResponse><Error><Type>Sender</Type><Code>{refused[1]}</Code></Error></ErrorResponse>"
        return refused[0], text.encode()
    good = "".join(
        f"<member><Id>{name}</Id><MessageId>m</MessageId></member>"
        for name, code in zip(ids, verdicts, strict=True)
        if code is None
    )
    bad = "".join(
        f"<member><Id>{name}</Id><Code>{escape(code)}</Code><Message>no</Message>"
        f"<SenderFault>{'false' if code == 'InternalError' else 'true'}</SenderFault></member>"
        for name, code in zip(ids, verdicts, strict=True)
        if code is not None
    )
    return 200, (
        '<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult>'
        f"<Successful>{good}</Successful><Failed>{bad}</Failed></PublishBatchResult></PublishBatchResponse>"
    ).encode()
