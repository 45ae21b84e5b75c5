"""Tests of the gateway as cases: the same requests sent another way, for answers that have to be the same."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

# What is in a test's hands: a client, a way to make keys, sessions.
_HANDS = {"http", "make_key", "connect"}
# Of the way and not of the answer.
_OF_THE_WAY = {"date", "connection", "transfer-encoding", "content-length"}
_RANDOM = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_CLOCK = re.compile(rb"(?<=\"timestamp\":)\d{13}|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?")


@dataclass(frozen=True)
class Case:
    """One test with the values of its parameters."""

    function: Callable[..., None]
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        values = [str(value)[:30] for value in self.values.values()]
        return "-".join([self.function.__name__.removeprefix("test_"), *values])


def cases_of(module: str) -> Iterator[Case]:
    """The tests of tests/gateway/test_<module>.py that need no more than a client, keys and sessions."""
    for name, function in vars(importlib.import_module(f"gateway.test_{module}")).items():
        if not name.startswith("test_"):
            continue
        for values in _parameters(function):
            if set(inspect.signature(function).parameters) <= _HANDS | set(values):
                yield Case(function, values)


def _parameters(function: Callable[..., None]) -> Iterator[dict[str, Any]]:
    choices = []
    for mark in getattr(function, "pytestmark", []):
        if mark.name == "parametrize":
            names = mark.args[0] if isinstance(mark.args[0], (list, tuple)) else re.split(r",\s*", mark.args[0])
            rows = [getattr(row, "values", row) if not isinstance(row, dict) else row for row in mark.args[1]]
            choices.append([dict(zip(names, row if len(names) > 1 else [row], strict=True)) for row in rows])
    for combination in itertools.product(*choices):
        yield {name: value for part in combination for name, value in part.items()}


@dataclass(frozen=True)
class Told:
    """What a request was answered."""

    request: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Recorder(httpx.BaseTransport):
    """Notes every answer that comes through it."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self.told: list[Told] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        body = response.read()
        self.told.append(
            Told(
                f"{request.method} {request.url.raw_path.decode()}",
                response.status_code,
                tuple(sorted((name, value) for name, value in response.headers.items() if name not in _OF_THE_WAY)),
                _CLOCK.sub(b"<time>", _RANDOM.sub(b"<uuid>", body)),
            )
        )
        return response

    def close(self) -> None:
        self._inner.close()


def key_maker(session: Any) -> Callable[..., str]:
    """What the fixture make_key gives, for a database of one's own."""

    def make(name: str = "web", kind: str = "write", origins: list[str] | None = None, tenant: str = "acme") -> str:
        key = f"c360_wk_{name}"
        digest = hashlib.sha256(key.encode()).digest()
        session.call("c360.create_api_key", tenant, name, kind, name, digest, key[:12], origins or [])
        return key

    return make
