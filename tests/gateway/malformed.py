"""Bodies that no client should send, made from families: what is wrong, and every place it can be wrong in."""

from __future__ import annotations

import gzip
import itertools
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

ENDPOINTS = ("identify", "track", "page", "screen", "group", "alias")
PATHS = tuple(f"{prefix}/{endpoint}" for prefix in ("/v1", "/rpc") for endpoint in (*ENDPOINTS, "batch", "import"))
EVENT: dict[str, Any] = {
    "messageId": "bad",
    "type": "identify",
    "userId": "u-bad",
    "anonymousId": "a-bad",
    "traits": {"email": "bad@example.com"},
    "context": {"locale": "vi", "traits": {"city": "Hue"}},
    "timestamp": "2026-01-01T00:00:00Z",
}
# Each place of an event that holds text, as a function that puts a raw JSON value there.
PLACES: dict[str, Callable[[bytes], bytes]] = {
    "messageId": lambda value: b'{"anonymousId":"a","messageId":%s}' % value,
    "userId": lambda value: b'{"userId":%s}' % value,
    "anonymousId": lambda value: b'{"anonymousId":%s}' % value,
    "event": lambda value: b'{"anonymousId":"a","event":%s}' % value,
    "groupId": lambda value: b'{"anonymousId":"a","groupId":%s}' % value,
    "previousId": lambda value: b'{"userId":"u","previousId":%s}' % value,
    "timestamp": lambda value: b'{"anonymousId":"a","timestamp":%s}' % value,
    "sentAt": lambda value: b'{"anonymousId":"a","sentAt":%s}' % value,
    "traits": lambda value: b'{"anonymousId":"a","traits":{"email":%s}}' % value,
    "properties": lambda value: b'{"anonymousId":"a","properties":{"deep":[{"er":%s}]}}' % value,
    "context": lambda value: b'{"anonymousId":"a","context":{"page":{"path":%s}}}' % value,
    "externalIds": lambda value: b'{"anonymousId":"a","context":{"externalIds":[{"type":"x","id":%s}]}}' % value,
    "integrations": lambda value: b'{"anonymousId":"a","integrations":{"All":%s}}' % value,
}
GZIP = {"Content-Encoding": "gzip"}
SQL = (
    "'; DROP TABLE tenant_acme.cdp_behavioral_events; --",
    '"; DELETE FROM c360.api_keys; --',
    "$$; SELECT pg_sleep(60); $$",
    "%s %I %L $1 :name {0}",
    "\\'; COPY c360.tenants TO PROGRAM 'id'; --",
)


@dataclass(frozen=True)
class Case:
    """One request that is wrong; `name` says how."""

    name: str
    path: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def malformed() -> list[Case]:
    """Whatever is refused as a whole or kept as rejected."""
    return _cases(
        {
            "syntax": _syntax,
            "letters": _letters,
            "top": _top,
            "wrong type": _wrong_types,
            "nul": _nul,
            "surrogate": _surrogates,
            "number": _numbers,
            "deep": _deep,
            "large": _large,
            "packed": _packed,
            "twice": _twice,
            "missing": _missing,
        }
    )


def odd() -> list[Case]:
    """What is strange and no fault: data like any other."""
    return _cases({"sql": _sql, "odd type": _odd_types, "odd number": _odd_numbers, "odd": _odd})


def _cases(families: dict[str, Callable[[], Iterator[tuple[str, bytes, dict[str, str]]]]]) -> list[Case]:
    """The members of all families, dealt out over the paths that fit them."""
    paths = itertools.cycle(PATHS)
    singles = itertools.cycle(path for path in PATHS if path.endswith(("page", "screen")))
    made = []
    for family, members in families.items():
        for name, body, headers in members():
            path = headers.pop("path", None) or (next(paths) if family in _ANYWHERE else next(singles))
            made.append(Case(f"{family}: {name}", path, body, headers))
    return made


_ANYWHERE = {"syntax", "letters", "packed"}
_Members = Iterator[tuple[str, bytes, dict[str, str]]]


def _syntax() -> _Members:
    whole = json.dumps(EVENT).encode()
    for length in range(0, len(whole), 9):
        yield f"cut after {length}", whole[:length], {}
    for name, body in {
        "comma at the end": whole[:-1] + b",}",
        "comma in front": b"{," + whole[1:],
        "no comma": whole.replace(b", ", b" "),
        "two documents": whole + whole,
        "something after": whole + b"x",
        "single quotes": whole.replace(b'"', b"'"),
        "no quotes": whole.replace(b'"', b""),
        "a comment": b"/* */" + whole,
        "a wrong bracket": whole[:-1] + b"]",
        "NaN": b"NaN",
        "undefined": b"undefined",
        "equals signs": whole.replace(b": ", b"="),
        "a form": b"type=page&anonymousId=a",
        "XML": b"<event><type>page</type></event>",
        "blanks": b" \t\r\n ",
        "a raw line break in a string": b'{"anonymousId":"a\nb"}',
        "an unknown escape": rb'{"anonymousId":"\x"}',
        "half an escape": rb'{"anonymousId":"\u12"}',
        "binary": bytes(range(256)),
    }.items():
        yield name, body, {}


def _letters() -> _Members:
    whole = json.dumps(EVENT)
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7"):
        if encoding != "utf-7":
            yield encoding, whole.encode(encoding), {"Content-Type": f"application/json; charset={encoding}"}
    yield "a mark twice", b"\xef\xbb\xbf\xef\xbb\xbf" + whole.encode(), {}
    for name, wrong in {
        "overlong": b"\xc0\xaf",
        "lonely": b"\x80",
        "cut": b"\xe1\xbb",
        "beyond": b"\xf5\x80\x80\x80",
        "surrogate": b"\xed\xa0\x80",
        "latin": b"Jos\xe9",
    }.items():
        yield name, b'{"type":"page","anonymousId":"' + wrong + b'"}', {"path": "/v1/page"}
        yield f"{name} in a name", b'{"type":"page","anonymousId":"a","' + wrong + b'":1}', {"path": "/rpc/page"}


def _top() -> _Members:
    for value in (b"null", b"true", b"false", b"7", b"-0.0", b'"text"', b'""', b"1e9"):
        for path in ("/v1/track", "/rpc/batch", "/v1/import"):
            yield f"{value.decode()} to {path}", value, {"path": path}
    for value in (b"[null]", b"[7]", b'["x"]', b"[[]]", b"[[{}]]", b"[true, {}]", b"[{}]"):
        for path in ("/v1/batch", "/rpc/import"):
            yield f"{value.decode()} to {path}", value, {"path": path}
    for value in (b"null", b"7", b'"x"', b"true", b"{}"):
        yield f"a batch of {value.decode()}", b'{"batch":%s}' % value, {"path": "/v1/batch"}


def _wrong_types() -> _Members:
    for name in ("userId", "anonymousId", "groupId", "previousId"):
        for value in (b"{}", b"[]", b"true", b'{"a":1}', b'["a"]'):
            yield (
                f"{name} {value.decode()}",
                b'{"anonymousId":"a","%s":%s}' % (name.encode(), value),
                {"path": "/v1/page"},
            )
    for value in (b"{}", b"[]", b"7", b"true"):
        yield f"messageId {value.decode()}", PLACES["messageId"](value), {}
        yield f"event {value.decode()}", PLACES["event"](value), {"path": "/v1/track"}
        yield f"type {value.decode()}", b'[{"anonymousId":"a","type":%s}]' % value, {"path": "/v1/batch"}
    for value in (b"null", b'""', b'"   "', b'"Page"', b'"delete"', b'"page;"'):
        yield f"type {value.decode()}", b'[{"anonymousId":"a","type":%s}]' % value, {"path": "/rpc/batch"}


def _nul() -> _Members:
    for place, put in PLACES.items():
        yield f"escaped in {place}", put(rb'"a\u0000b"'), {}
        yield f"raw in {place}", put(b'"a\0b"'), {}
    yield "in a name", rb'{"anonymousId":"a","a\u0000":1}', {}
    yield "between", b'{"anonymousId":"a"\0}', {}


def _surrogates() -> _Members:
    for (place, put), half in zip(PLACES.items(), itertools.cycle((rb"\ud800", rb"\udfff", rb"\udc00\ud800"))):
        yield f"{half.decode()} in {place}", put(b'"' + half + b'"'), {}
    yield "in a name", rb'{"anonymousId":"a","\ud800":1}', {}
    yield "before a letter", rb'{"anonymousId":"\ud83dx"}', {}


def _numbers() -> _Members:
    for place in ("userId", "traits", "properties", "context", "timestamp"):
        for value in (b"1e999999", b"-1e999999", b"NaN", b"-Infinity", b"0x10", b"01", b"+1", b".5", b"1.", b"1e"):
            yield f"{value.decode()} in {place}", PLACES[place](value), {}
    yield "a hundred thousand digits", PLACES["traits"](b"9" * 100_000), {}
    yield "a hundred thousand places", PLACES["traits"](b"0." + b"1" * 100_000), {}
    yield "a long user id", PLACES["userId"](b"9" * 600), {}
    yield "a long power as user id", PLACES["userId"](b"1e1000"), {}


def _deep() -> _Members:
    for depth in (20_000, 100_000):
        yield f"{depth} arrays", b"[" * depth + b"]" * depth, {"path": "/v1/batch"}
        yield f"{depth} arrays open", b"[" * depth, {"path": "/rpc/import"}
        yield f"{depth} objects", b'{"a":' * min(depth, 80_000) + b"1" + b"}" * min(depth, 80_000), {"path": "/v1/page"}
        yield f"{depth} in properties", PLACES["properties"](b"[" * depth + b"]" * depth), {}
        yield (
            f"{depth} in a batch",
            b'{"batch":[{"anonymousId":"a","type":"page","x":%s}]}' % (b"[" * depth + b"]" * depth),
            {"path": "/v1/batch"},
        )


def _large() -> _Members:
    yield "10 MB of blanks", b" " * 10_000_000, {"path": "/v1/batch"}
    yield "10 MB of text", b'{"anonymousId":"' + b"a" * 10_000_000 + b'"}', {}
    yield "501 KB", b'{"anonymousId":"a"}' + b" " * 501 * 1024, {}
    yield "33 KB", b'{"anonymousId":"a","x":"' + b"x" * 33 * 1024 + b'"}', {}
    yield "33 KB of names", json.dumps({"anonymousId": "a", **{f"n{n}": n for n in range(4000)}}).encode(), {}
    yield "2,501 events", b"[" + b"{}," * 2500 + b"{}]", {"path": "/v1/batch"}
    yield "200,000 numbers", b"[" + b"1," * 200_000 + b"1]", {"path": "/v1/import"}
    for name in ("messageId", "userId", "anonymousId"):
        yield f"{name} of 5,000 letters", PLACES[name](b'"' + b"a" * 5000 + b'"'), {}
    yield "event of 5,000 letters", PLACES["event"](b'"' + b"a" * 5000 + b'"'), {"path": "/v1/track"}


def _packed() -> _Members:
    plain = json.dumps(EVENT).encode()
    packed = gzip.compress(plain)
    yield "a bomb of 100 MB", gzip.compress(b" " * 100_000_000), GZIP
    yield "a bomb in many members", b"".join([gzip.compress(b" " * 400_000)] * 50), GZIP
    yield "a bomb in a bomb", gzip.compress(gzip.compress(b" " * 100_000_000)), GZIP
    yield "10 MB that grow", zlib.compress(b"x" * 10_000_000), GZIP
    for length in (0, 1, 9, 10, 11, len(packed) // 2, len(packed) - 9, len(packed) - 1):
        yield f"cut after {length}", packed[:length], GZIP
    yield "a wrong sum", packed[:-8] + b"\0\0\0\0" + packed[-4:], GZIP
    yield "a wrong size", packed[:-4] + b"\xff\xff\xff\xff", GZIP
    yield "bits turned", bytes(byte ^ 0x55 if 12 < at < 40 else byte for at, byte in enumerate(packed)), GZIP
    yield "plain called gzip", plain, GZIP
    yield "zlib called gzip", zlib.compress(plain), GZIP
    yield "gzip called plain", packed, {}
    yield "gzip called identity", packed, {"Content-Encoding": "identity"}
    for encoding in (
        "deflate",
        "br",
        "zstd",
        "gzip, gzip",
        "gzip,identity",
        "compress",
        "GZ IP",
        "'; --",
        "*",
        "x" * 5000,
    ):
        yield f"called {encoding[:20]}", packed, {"Content-Encoding": encoding}


def _twice() -> _Members:
    for name, good, bad in (
        ("userId", b'"u"', b"{}"),
        ("anonymousId", b'"a"', b"[]"),
        ("messageId", b'"m"', b"7"),
        ("groupId", b'"g"', b"true"),
    ):
        yield (
            f"{name}, the last is wrong",
            b'{"anonymousId":"a","%s":%s,"%s":%s}'
            % (
                name.encode(),
                good,
                name.encode(),
                bad,
            ),
            {"path": "/v1/page"},
        )
    yield "batch, the last is wrong", b'{"batch":[],"batch":7}', {"path": "/v1/batch"}
    yield "nobody at last", b'{"anonymousId":"a","anonymousId":""}', {}


def _missing() -> _Members:
    for endpoint in ENDPOINTS:
        for prefix in ("/v1", "/rpc"):
            yield f"everything of {endpoint}", b"{}", {"path": f"{prefix}/{endpoint}"}
    yield "the name", b'{"anonymousId":"a"}', {"path": "/v1/track"}
    yield "the name, null", b'{"anonymousId":"a","event":null}', {"path": "/v1/track"}
    yield "the name, blank", b'{"anonymousId":"a","event":"  "}', {"path": "/v1/track"}
    yield "the group", b'{"anonymousId":"a"}', {"path": "/v1/group"}
    yield "the previous id", b'{"userId":"u"}', {"path": "/v1/alias"}
    for value in (b"null", b'""', b'"  "'):
        yield f"the person, {value.decode()}", b'{"userId":%s,"anonymousId":%s}' % (value, value), {}


def _sql() -> _Members:
    for number, text in enumerate(SQL):
        for place, put in PLACES.items():
            if place != "messageId" or len(text) < 100:
                yield f"{number} in {place}", put(json.dumps(text).encode()), {}
        yield f"{number} as a name", json.dumps({"anonymousId": "a", text: 1, "traits": {text: text}}).encode(), {}


def _odd_types() -> _Members:
    for name in ("traits", "properties", "context", "integrations", "timestamp", "sentAt", "originalTimestamp"):
        for value in (b"null", b"7", b"true", b'"x"', b"[]", b"{}", b"[[1]]"):
            yield f"{name} {value.decode()}", b'{"anonymousId":"a","%s":%s}' % (name.encode(), value), {}
    for name in ("externalIds", "device", "traits", "page", "ip", "userAgent", "library", "campaign"):
        for value in (b"7", b'"x"', b"[7]", b'{"id":{}}', b'[{"type":7,"id":[]}]'):
            yield (
                f"context.{name} {value.decode()}",
                b'{"anonymousId":"a","context":{"%s":%s}}'
                % (
                    name.encode(),
                    value,
                ),
                {},
            )


def _odd_numbers() -> _Members:
    for place in ("userId", "traits", "properties", "timestamp", "sentAt"):
        for value in (
            b"0",
            b"-0",
            b"1e308",
            b"-1e-308",
            b"9" * 400,
            b"1e300",
            b"0." + b"1" * 300,
            b"9223372036854775808",
        ):
            yield f"{value[:20].decode()} in {place}", PLACES[place](value), {}


def _odd() -> _Members:
    yield "a name twice", b'{"anonymousId":"a","anonymousId":"b"}', {}
    yield "a name without letters", b'{"anonymousId":"a","":1}', {}
    yield "__proto__", b'{"anonymousId":"a","__proto__":{"type":"track"}}', {}
    yield "6,000 levels", PLACES["properties"](b"[" * 6000 + b"]" * 6000), {}
    yield "right to left", PLACES["traits"](json.dumps("\u202e\u200f\ufeff\ufffe").encode()), {}
    yield "a charset that there is not", b'{"anonymousId":"a"}', {"Content-Type": "text/plain; charset=x-none"}
    yield "another type", b'{"anonymousId":"a"}', {"Content-Type": "multipart/form-data; boundary=x"}
