"""What is posted for a message: bytes, headers and address. No network, no database, no clock.

    raw                      the text of the message, byte for byte
    cloudevents_structured   CloudEvents 1.0, the envelope around the data
    cloudevents_binary       CloudEvents 1.0, the data alone and the rest in headers ce-*
    template                 a document (documents.py), as JSON, as a form, or as plain text

Several messages may go in one request: as a JSON array or one a line. Signatures are not made here, but over what comes
from here. A template that fails gives nothing at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from c360.relay.documents import Document, TemplateFailed, TemplateInvalid, Text
from c360.relay.webpush import encrypted

FORMATS = ("raw", "cloudevents_structured", "cloudevents_binary", "template")
ENCODINGS = ("json", "form", "text")
BATCHES = ("array", "lines")
MOST_HEADERS = 20
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_HEADER_VALUE = re.compile(r"[\x20-\x7e\t]{0,4096}")
_NOT_OURS_TO_GIVE = {
    "accept-encoding", "connection", "content-encoding", "content-length", "expect", "host", "keep-alive", "te",
    "trailer", "transfer-encoding", "upgrade",
}  # fmt: skip
_SECRET = {"authorization", "cookie", "proxy-authorization"}
_KINDS: dict[str, tuple[type, str]] = {
    "params": (dict, "an object"),
    "target": (str, "a text"),
    "hosts": (list, "a list of texts"),
    "headers": (dict, "an object"),
    "skip": (list, "a list of texts"),
    "when": (str, "a text"),
    "expires": (str, "a text"),
}
_UNSAFE_URL = re.compile(r"[\x00-\x20\x7f\\]")
_DATA = ',"data":'
_MOST_DIGITS = 4_300


@dataclass(frozen=True)
class Message:
    """One message as the log keeps it; `body` is the exact text."""

    message_id: str
    body: str
    topic: str | None = None
    key: str | None = None
    attempt: int = 1

    @cached_property
    def parsed(self) -> dict[str, Any]:
        try:
            parsed: dict[str, Any] = json.loads(self.body)
        except ValueError:
            # Touchpoints may send numbers of more digits than Python reads.
            parsed = json.loads(self.body, parse_int=_number)
        return parsed

    @property
    def data_text(self) -> str:
        """The data as they stand in the body: numbers keep all their digits."""
        _, mark, rest = self.body.partition(_DATA)
        return rest[:-1] if mark else "{}"

    @property
    def values(self) -> dict[str, Any]:
        """What a template sees."""
        parsed = self.parsed
        about = {
            "id": self.message_id,
            "type": parsed.get("type"),
            "time": parsed.get("timestamp"),
            "tenant": parsed.get("tenant"),
            "topic": self.topic,
            "key": self.key or (parsed.get("data") or {}).get("profile_id"),
            "attempt": self.attempt,
        }
        return {"message": about, "data": parsed.get("data") or {}}


@dataclass(frozen=True)
class Post:
    """What to send, before it is signed and carries credentials."""

    url: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Rendering:
    """How the messages of one webhook are sent; compiled once for each version of it."""

    format: str = "raw"
    encoding: str = "json"
    batch: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    target: Text | None = None
    hosts: tuple[str, ...] = ()
    template: Document | None = None
    headers: Mapping[str, Text] = field(default_factory=dict)
    push_keys: Document | None = None
    skip: frozenset[str] = frozenset()
    when: Text | None = None
    expires: Text | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Rendering:
        """Compile what the database keeps. Raises TemplateInvalid."""
        _check_kinds(given)
        form, encoding, batch = given.get("format", "raw"), given.get("encoding", "json"), given.get("batch")
        _one_of("format", form, FORMATS)
        _one_of("encoding", encoding, ENCODINGS)
        if batch is not None:
            _one_of("batch", batch, BATCHES)
        if (form == "template") != (given.get("template") is not None):
            raise TemplateInvalid("a template stands with the format template, and only there")
        if batch is not None and (given.get("target") or given.get("push_keys")):
            raise TemplateInvalid("a request with an address for each message carries one message")
        if batch is not None and (encoding != "json" or form == "cloudevents_binary"):
            raise TemplateInvalid("only JSON can carry several messages in one request")
        headers = given.get("headers") or {}
        if len(headers) > MOST_HEADERS:
            raise TemplateInvalid(f"a webhook has at most {MOST_HEADERS} headers of its own")
        for name in headers:
            _check_header_name(name, form)
        return cls(
            form,
            encoding,
            batch,
            given.get("params") or {},
            Text(given["target"]) if given.get("target") else None,
            tuple(given.get("hosts") or ()),
            Document(given["template"]) if form == "template" else None,
            {name.lower(): Text(str(value)) for name, value in headers.items()},
            Document(given["push_keys"]) if given.get("push_keys") is not None else None,
            frozenset(given.get("skip") or ()),
            Text(given["when"]) if given.get("when") else None,
            Text(given["expires"]) if given.get("expires") else None,
        )

    def skips(self, message: Message) -> bool:
        """Whether the message is none for this receiver: of a type it has no use for, or not `when`. Raises
        TemplateFailed."""
        if self.skip and message.parsed.get("type") in self.skip:
            return True
        return self.when is not None and not self.when.render(self._values(message)).strip()

    def has_expired(self, message: Message, now: float) -> bool:
        """Whether the time the message has given itself is over. Raises TemplateFailed."""
        text = self.expires.render(self._values(message)) if self.expires is not None else ""
        if not text:
            return False
        try:
            at = datetime.fromisoformat(text)
        except ValueError as error:
            raise TemplateFailed("the time of expiry is none", code="template") from error
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() <= now

    @property
    def is_plain(self) -> bool:
        """Whether the text of the message goes out as it is, without more."""
        return (
            self.format == "raw"
            and not self.headers
            and self.target is None
            and not (self.push_keys or self.skip or self.when or self.expires or self.batch)
        )

    def post(self, url: str, message: Message) -> Post:
        """What to post for one message. Raises TemplateFailed."""
        if self.is_plain:
            return Post(url, message.body.encode(), {})
        if self.batch is not None:
            return self.post_batch(url, [message])
        body, headers = self._rendered(message)
        if self.push_keys is not None:
            keys = self.push_keys.render(self._values(message))
            body = encrypted(body, keys if isinstance(keys, dict) else {})
            headers = {"content-type": "application/octet-stream", "content-encoding": "aes128gcm"}
        return Post(self._addressed(url, message), body, {**headers, **self._own_headers(message)})

    def post_batch(self, url: str, messages: Sequence[Message]) -> Post:
        """What to post for several messages at once, in their order. Raises TemplateFailed if one of them fails."""
        if self.batch is None:
            raise TemplateInvalid("this webhook takes one message a request")
        bodies = [self._rendered(message)[0] for message in messages]
        if self.batch == "lines":
            body, kind = b"".join(part + b"\n" for part in bodies), "application/x-ndjson"
        elif self.format == "cloudevents_structured":
            body, kind = b"[" + b",".join(bodies) + b"]", "application/cloudevents-batch+json"
        else:
            body, kind = b"[" + b",".join(bodies) + b"]", "application/json"
        return Post(url, body, {"content-type": kind, **self._own_headers(messages[0])})

    def _rendered(self, message: Message) -> tuple[bytes, dict[str, str]]:
        if self.format == "raw":
            return message.body.encode(), {}
        if self.format == "cloudevents_structured":
            return _structured(message), {"content-type": "application/cloudevents+json"}
        if self.format == "cloudevents_binary":
            return message.data_text.encode(), {"content-type": "application/json", **_binary_headers(message)}
        if self.template is None:
            raise RuntimeError("a rendering by template has a template")
        return _encoded(self.template.render(self._values(message)), self.encoding)

    def _values(self, message: Message) -> dict[str, Any]:
        return {**message.values, "params": self.params}

    def _own_headers(self, message: Message) -> dict[str, str]:
        values = self._values(message)
        rendered = {name: text.render(values) for name, text in self.headers.items()}
        for name, value in rendered.items():
            if not _HEADER_VALUE.fullmatch(value):
                raise TemplateFailed(f"the header {name} would hold more than printable ASCII", code="template")
        return rendered

    def _addressed(self, url: str, message: Message) -> str:
        """The address for this message: of the webhook's origin, or of a host that is allowed by name."""
        if self.target is None:
            return url
        address = self.target.render(self._values(message))
        try:
            aim, own = urlsplit(address), urlsplit(url)
            is_own = _origin(aim) == _origin(own)
        except ValueError as error:
            raise TemplateFailed(f"the address cannot be read: {error}", code="template") from error
        is_odd = aim.username is not None or aim.fragment or {".", ".."} & set(aim.path.split("/"))
        if len(address) > 8192 or _UNSAFE_URL.search(address) or is_odd:
            raise TemplateFailed("the address for this message cannot be right", code="template")
        if not is_own and not (aim.scheme == own.scheme and _is_host_of(aim.hostname or "", self.hosts)):
            raise TemplateFailed(f"the host {aim.hostname} is not one this webhook may send to", code="template")
        return address


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _number(digits: str) -> float:
    return int(digits) if len(digits) < _MOST_DIGITS else float(digits)


def batch_id(messages: Sequence[Message]) -> str:
    """The id of a request with several messages: the same as long as they are the same."""
    return "batch_" + sha256("\n".join(message.message_id for message in messages).encode()).hexdigest()[:32]


def _structured(message: Message) -> bytes:
    attributes = _attributes(message)
    text = json.dumps(attributes, ensure_ascii=False, separators=(",", ":"))
    return f'{text[:-1]},"datacontenttype":"application/json","data":{message.data_text}}}'.encode()


def _binary_headers(message: Message) -> dict[str, str]:
    # CloudEvents HTTP binding 3.1.3.2: percent-encode space, quote, percent and what is not printable ASCII.
    safe = "!#$&'()*+,-./:;<=>?@[\\]^_`{|}~"
    return {f"ce-{name}": quote(value, safe=safe) for name, value in _attributes(message).items()}


def _attributes(message: Message) -> dict[str, str]:
    about = message.values["message"]
    attributes = {
        "specversion": "1.0",
        "id": message.message_id,
        "source": f"urn:c360:{about['tenant']}",
        "type": about["type"],
        "time": about["time"],
        "tenant": about["tenant"],
    }
    if about["key"]:
        attributes |= {"subject": str(about["key"]), "partitionkey": str(about["key"])}
    return {name: str(value) for name, value in attributes.items() if value is not None}


def _encoded(document: Any, encoding: str) -> tuple[bytes, dict[str, str]]:
    try:
        if encoding == "form":
            if not isinstance(document, dict) or any(isinstance(value, dict) for value in document.values()):
                raise TemplateFailed("a form is an object of texts, numbers and lists of them", code="template")
            pairs = [
                (name, _plain(part))
                for name, value in document.items()
                for part in (value if isinstance(value, list) else [value])
                if part is not None
            ]
            return urlencode(pairs).encode(), {"content-type": "application/x-www-form-urlencoded"}
        if encoding == "text":
            return _plain(document).encode(), {"content-type": "text/plain; charset=utf-8"}
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.encode(), {"content-type": "application/json"}
    except (ValueError, TypeError) as error:
        raise TemplateFailed(str(error), code="template") from error


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False, allow_nan=False)


def _is_host_of(host: str, hosts: Sequence[str]) -> bool:
    return any(host == known or (known.startswith("*.") and host.endswith(known[1:])) for known in hosts)


def _check_kinds(given: Mapping[str, Any]) -> None:
    """The database keeps whatever JSON somebody gave it."""
    for name, (kind, what) in _KINDS.items():
        value = given.get(name)
        is_unfit = value is not None and not isinstance(value, kind)
        if is_unfit or (kind is list and not all(isinstance(element, str) for element in value or ())):
            raise TemplateInvalid(f"{name} of a webhook is {what}")


def _one_of(what: str, given: Any, known: Sequence[str]) -> None:
    if given not in known:
        raise TemplateInvalid(f"{given} is no {what} of a webhook", hint=f"There are {', '.join(known)}.")


def is_header_name(name: str) -> bool:
    """Whether a webhook may set a header of that name."""
    low = name.lower()
    is_ours = low in _NOT_OURS_TO_GIVE or low.startswith(("webhook-", "proxy-", "sec-"))
    return bool(_HEADER_NAME.fullmatch(name)) and not is_ours


def _check_header_name(name: str, form: str) -> None:
    low = name.lower()
    if low in _SECRET:
        raise TemplateInvalid(
            f"{name} carries a secret and is not kept in clear",
            hint="Give it as --auth, which is encrypted.",
        )
    if not is_header_name(name) or (low.startswith("ce-") and form.startswith("cloudevents")):
        raise TemplateInvalid(f"{name!r} is no header a webhook may set")
