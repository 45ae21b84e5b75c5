"""Sends one message: renders it, signs it with the secrets in force, and says what came of it.

Secrets and credentials are decrypted once and never leave this object; templates are compiled once for each version.
The timestamp comes from the clock of PostgreSQL, because receivers refuse messages that are five minutes off.
"""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from c360.adapters.http import Answer
from c360.domain.errors import C360Error
from c360.relay.credentials import Credentials, NoToken
from c360.relay.documents import TemplateFailed, TemplateInvalid
from c360.relay.outcomes import Outcomes
from c360.relay.rendering import Message, Post, Rendering, batch_id
from c360.relay.secrets import Keyring, Sealed
from c360.relay.signature import headers, key_of

logger = logging.getLogger(__name__)

CREDENTIALS = "credentials"
_READ_AGAIN_AFTER = 30.0
_DISTRUST_AFTER = 60.0
_ASK_AGAIN_AFTER = 5.0
_WAIT_FOR_OTHERS = 20
_WAIT = 0.5


class Http(Protocol):
    """What the sender needs of an HTTP client."""

    async def post(
        self,
        url: str,
        body: bytes,
        headers: dict[str, str],
        timeout: float,  # noqa: ASYNC109
        *,
        tls: ssl.SSLContext | None = None,
    ) -> Answer: ...


class Door(Protocol):
    """What the sender needs of the database."""

    async def call(self, function: str, *arguments: Any, **named: Any) -> Any: ...
    async def rows(self, function: str, *arguments: Any, **named: Any) -> list[Any]: ...


@dataclass(frozen=True)
class Clock:
    """The clock of PostgreSQL, carried on by ours."""

    database_seconds: float
    read_at: float

    @classmethod
    def at(cls, database_seconds: float) -> Clock:
        return cls(database_seconds, time.monotonic())

    def now(self) -> int:
        return int(self.database_seconds + time.monotonic() - self.read_at)


class Keys(list[bytes]):
    """Keys to sign with, newest first, and whose they are."""

    def __init__(self, subscription_id: UUID, keys: list[bytes]) -> None:
        super().__init__(keys)
        self.subscription_id = subscription_id


@dataclass(frozen=True)
class _Key:
    key: bytes
    until: float | None  # monotonic


@dataclass
class _Way:
    """How messages of one webhook are sent."""

    version: int = 0
    rendering: Rendering = field(default_factory=Rendering)
    outcomes: Outcomes = field(default_factory=lambda: Outcomes([]))
    credentials: Credentials = field(default_factory=Credentials)
    tls: ssl.SSLContext | None = None
    sealed: tuple[int, bytes | None] = (0, None)
    problem: str | None = None
    read_at: float = 0.0
    token_worked: bool = False
    no_token: tuple[float, str] = (0.0, "")
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_plain(self) -> bool:
        return self.problem is None and self.rendering.is_plain and not self.credentials.document


class Sender:
    """Renders, signs and posts; keeps what that takes for each webhook."""

    def __init__(
        self,
        db: Door,
        http: Http,
        keyring: Callable[[], Keyring],
        *,
        tls: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:
        self._db = db
        self._http = http
        self._keyring = keyring
        self._tls = tls
        self._keys: dict[UUID, tuple[int, list[_Key]]] = {}
        self._ways: dict[UUID, _Way] = {}

    async def keys(self, subscription_id: UUID, version: int) -> Keys:
        """The keys to sign with, newest first; read again when a newer version exists."""
        known = self._keys.get(subscription_id)
        if known is None or known[0] != version:
            known = (version, await self._read_keys(subscription_id))
            self._keys[subscription_id] = known
        await self._way(subscription_id)
        now = time.monotonic()
        return Keys(subscription_id, [entry.key for entry in known[1] if entry.until is None or entry.until > now])

    async def send(
        self,
        url: str,
        keys: list[bytes],
        message: Message,
        *,
        clock: Clock,
        timeout: float,  # noqa: ASYNC109
    ) -> Answer:
        """Send one message the way its webhook wants it. Of a message that cannot be rendered nothing is sent."""
        way = await self._way(keys.subscription_id) if isinstance(keys, Keys) else _Way()
        if way.is_plain:
            raw = message.body.encode()
            answer = await self._http.post(url, raw, headers(keys, message.message_id, clock.now(), raw), timeout)
            return way.outcomes.judged(answer)
        if way.problem is not None:
            return Answer(None, "template", 0, text=way.problem)
        try:
            if way.rendering.skips(message):
                return Answer(None, None, 0, text="passed over")
            if way.rendering.has_expired(message, clock.now()):
                return Answer(None, "refused", 0, text="not sent: the message had expired")
        except TemplateFailed as error:
            return Answer(None, "template", 0, text=error.message[:1_000])
        except ValueError as error:
            return Answer(None, "template", 0, text=f"the message is no JSON: {error}")
        except Exception as error:
            return _broken(error, 0)
        return await self._sent(way, keys, message.message_id, clock, timeout, lambda: way.rendering.post(url, message))

    async def _sent(
        self,
        way: _Way,
        keys: list[bytes],
        message_id: str,
        clock: Clock,
        timeout: float,  # noqa: ASYNC109
        render: Callable[[], Post],
    ) -> Answer:
        began = time.monotonic()
        try:
            post = render()
        except (TemplateFailed, TemplateInvalid) as error:
            return Answer(None, "template", _ms(began), text=error.message[:1_000])
        except Exception as error:
            return _broken(error, _ms(began))
        try:
            token = await self._token(way, keys, clock) if way.credentials.kind == "oauth" else None
        except NoToken as error:
            return Answer(None, "auth", _ms(began), text=error.message[:1_000])
        answer = way.outcomes.judged(await self._post(way, post, keys, message_id, clock, timeout, token))
        if answer.error == "status" and answer.status == 401:
            _distrust(way, clock.now())
        elif answer.status is not None:
            way.token_worked = True
        return answer

    async def send_batch(
        self,
        url: str,
        keys: list[bytes],
        messages: Sequence[Message],
        *,
        clock: Clock,
        timeout: float,  # noqa: ASYNC109
    ) -> Answer:
        """Send several messages in one request, in their order; the answer is for all of them. The webhook-id is made
        of their ids, so that the same messages have the same."""
        way = await self._way(keys.subscription_id) if isinstance(keys, Keys) else _Way()
        if way.problem is not None:
            return Answer(None, "template", 0, text=way.problem)
        return await self._sent(
            way, keys, batch_id(messages), clock, timeout, lambda: way.rendering.post_batch(url, messages)
        )

    def may_batch(self, keys: list[bytes], message: Message) -> bool:
        """Whether the message may go with others in one request: not what is passed over, expired or unfit."""
        way = self._ways.get(keys.subscription_id) if isinstance(keys, Keys) else None
        if way is None or way.problem is not None or way.rendering.batch is None:
            return False
        try:
            return not way.rendering.skips(message) and not way.rendering.has_expired(message, time.time())
        except Exception:  # it goes alone, and says what was wrong
            return False

    async def _post(
        self,
        way: _Way,
        post: Post,
        keys: list[bytes],
        message_id: str,
        clock: Clock,
        timeout: float,  # noqa: ASYNC109
        token: str | None,
    ) -> Answer:
        now = clock.now()
        sent = {
            **post.headers,
            **way.credentials.headers(post.url, now, token),
            **headers(keys, message_id, now, post.body),
        }
        return await self._http.post(post.url, post.body, sent, timeout, tls=way.tls)

    async def _way(self, subscription_id: UUID) -> _Way:
        """How to send, read again now and then: people change templates, credentials are renewed."""
        way = self._ways.get(subscription_id)
        if way is not None and time.monotonic() - way.read_at < _READ_AGAIN_AFTER:
            return way
        if way is None:
            way = _Way()
            await self._read_way(subscription_id, way)
            return self._ways.setdefault(subscription_id, way)
        if not way.turn.locked():
            async with way.turn:
                try:
                    await self._read_way(subscription_id, way)
                except C360Error as error:
                    # The database is away, or the keys do not fit: what was good until now still is.
                    way.read_at = time.monotonic()
                    logger.warning("webhook not read again", extra={"code": error.code, "error": error.message})
        return way

    async def _read_way(self, subscription_id: UUID, way: _Way) -> None:
        rows = await self._db.rows("c360.subscription_rendering", subscription_id=subscription_id)
        way.read_at = time.monotonic()
        if not rows:
            return  # being removed
        (row,) = rows
        sealed = (row["credentials_version"], row["ciphertext"])
        if sealed != way.sealed:
            way.credentials = self._opened(subscription_id, row)
            way.tls = way.credentials.tls(self._tls)
            way.sealed = sealed
            way.token_worked, way.no_token = False, (0.0, "")
        if row["version"] != way.version:
            _compile(way, row["rendering"] or "{}")
            way.version = row["version"]

    def _opened(self, subscription_id: UUID, row: Any) -> Credentials:
        if row["ciphertext"] is None:
            return Credentials()
        sealed = Sealed(row["key_id"], row["nonce"], row["ciphertext"])
        text = self._keyring().open(sealed, subscription_id, row["credentials_version"], CREDENTIALS)
        return Credentials.of(json.loads(text))

    async def _token(self, way: _Way, keys: list[bytes], clock: Clock) -> str:
        """The token of OAuth, asked for when there is none that is good for a while. Raises NoToken."""
        token = way.credentials.token(clock.now())
        if token is not None:
            return token
        if not isinstance(keys, Keys):
            raise NoToken("tokens belong to a webhook", code="no_token")
        async with way.turn:
            token = way.credentials.token(clock.now())
            if token is not None:
                return token
            since, reason = way.no_token
            if reason and time.monotonic() - since < _ASK_AGAIN_AFTER:
                raise NoToken(reason, code="no_token")
            try:
                await self._ask(way, keys.subscription_id, clock)
            except NoToken as error:
                way.no_token = (time.monotonic(), error.message)
                raise
            except C360Error as error:
                raise NoToken(f"the new token could not be written down: {error.message}", code="no_token") from error
            token = way.credentials.token(clock.now())
        if token is None:
            raise NoToken("the provider gave a token that ends at once", code="no_token")
        return token

    async def _ask(self, way: _Way, subscription_id: UUID, clock: Clock) -> None:
        if not way.credentials.renews_itself:
            way.credentials = await way.credentials.asked(self._http, clock.now())
            way.token_worked = False
            return
        for _ in range(_WAIT_FOR_OTHERS):
            # Another relay may have written down a new one. What was refused here is without a token until then.
            await self._read_way(subscription_id, way)
            if way.credentials.token(clock.now()) is not None:
                return
            version = way.sealed[0]
            if await self._db.call("c360.claim_credentials", subscription_id=subscription_id, version=version):
                renewed = await way.credentials.asked(self._http, clock.now())
                await self._write(subscription_id, version + 1, renewed)
                await self._read_way(subscription_id, way)
                return
            await asyncio.sleep(_WAIT)
        raise NoToken("another relay asks for a token", code="no_token")

    async def _write(self, subscription_id: UUID, version: int, renewed: Credentials) -> None:
        sealed = self._keyring().seal(json.dumps(renewed.document), subscription_id, version, CREDENTIALS)
        await self._db.call(
            "c360.renew_credentials",
            subscription_id=subscription_id,
            version=version,
            key_id=sealed.key_id,
            nonce=sealed.nonce,
            ciphertext=sealed.ciphertext,
        )

    async def _read_keys(self, subscription_id: UUID) -> list[_Key]:
        keyring = self._keyring()
        now = time.monotonic()
        return [
            _Key(
                key_of(
                    keyring.open(
                        Sealed(row["key_id"], row["nonce"], row["ciphertext"]), subscription_id, row["version"]
                    )
                ),
                None if row["valid_seconds"] is None else now + row["valid_seconds"],
            )
            for row in await self._db.rows("c360.subscription_secrets", subscription_id=subscription_id)
        ]


def _broken(error: Exception, ms: int) -> Answer:
    """A fault of ours with one message, which must not hold up the others."""
    logger.error("rendering failed", exc_info=error)
    return Answer(None, "template", ms, text=f"the message cannot be rendered ({type(error).__name__})")


def _compile(way: _Way, given: str) -> None:
    """Compile; what cannot be compiled fails its messages, with the reason, until somebody mends it."""
    try:
        shape = json.loads(given)
        way.rendering, way.outcomes = Rendering.of(shape), Outcomes(shape.get("answers") or [])
        way.problem = None
    except TemplateInvalid as error:
        way.problem = error.message[:1_000]
    except (ValueError, RecursionError) as error:
        way.problem = f"the rendering cannot be read: {error}"[:1_000]


def _distrust(way: _Way, now: float) -> None:
    """The receiver does not take the credentials: look for new ones, and ask for a new token. One that never worked is
    asked for again a minute later: then it is not the token that is wrong."""
    way.read_at = min(way.read_at, time.monotonic() - _READ_AGAIN_AFTER + 1.0)
    if way.credentials.kind == "oauth" and (way.token_worked or way.credentials.token_age(now) > _DISTRUST_AFTER):
        way.credentials, way.token_worked = way.credentials.without_token(), False


def _ms(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
