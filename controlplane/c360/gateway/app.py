"""The routes of the gateway.

    POST /v1/{identify,track,page,screen,group,alias,batch,import}     the Segment HTTP API
    POST /v1/consent                                                   what somebody agrees to and what not
    POST /rpc/{the same}                                               the same, by PostgREST's conventions
    GET, POST /rpc/profile                                             one golden record, for secret keys
    POST /rpc/agent/context, /rpc/agent_context                        what an agent may know, for agent and secret keys
    POST /rpc/outcome                                                  what became of a contact, for these two as well
    POST /v1/hooks/{telegram,zalo}                                     webhooks of chats
    POST /v1/firehose                                                  what a stream of Firehose delivers
    /v1/i ... /v1/b, /v1/m, /v1/projects/<key>/settings, /sourceConfig what clients of others ask for besides
    GET /sdk/{c360.js,c360.core.js}                                    the JavaScript SDK, for web pages
    GET /livez, /readyz, /metrics
    GET /, /<relation>, /rpc/list_profiles                             rows for secret keys, see reads.py

Each request passes `guarded`: it is counted and answered, whatever happens in it. The key comes first: then the body is
read into the share of its tenant, and only a whole request takes a place. A key that is in the body is read in a room
for strangers. A cross-origin page reads what became of its events, and how long it is to wait, but not that its key is
unknown or is not for its origin.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from c360.domain.errors import C360Error, DatabaseUnreachable, IngestRefused
from c360.gateway import firehose, foreign, reads
from c360.gateway.answers import answer, described, is_of_a_stranger, refusal
from c360.gateway.bodies import SenderGone, read_body, read_json
from c360.gateway.credentials import digest, key_hash
from c360.gateway.intake import Caller, Delivery, GatheringIntake, Intake
from c360.gateway.keys import Allowance, Keys, Known
from c360.gateway.metrics import CONTENT_TYPE, Metrics
from c360.gateway.pace import Paces
from c360.gateway.rooms import Hold, Room
from c360.gateway.scripts import script
from c360.gateway.signatures import Signatures, form_fields
from c360.installer.sources import load

if TYPE_CHECKING:
    from pydantic import SecretStr

    from c360.settings import Settings

ENDPOINTS = ("identify", "track", "page", "screen", "group", "alias", "batch", "import", "consent")
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Content-Encoding, Prefer",
    "Access-Control-Max-Age": "86400",
}
_READY_SECONDS = 2.0
_Handler = Callable[[Request], Awaitable[Response]]

log = structlog.get_logger("c360.gateway")


def create_app(db: Caller, settings: Settings, *, intake: Intake | None = None, paces: Paces | None = None) -> Front:
    """The ASGI application over one door to the database."""
    places = Room(
        settings.gateway_max_in_flight,
        IngestRefused("too many requests in flight", code="U1429", hint="Send it again a little later."),
    )
    memory = Room(
        settings.gateway_max_body_mb * 1024 * 1024,
        IngestRefused("too many bytes of bodies in flight", code="U1455", hint="Send it again a little later."),
    )
    allowance = Allowance(
        places,
        memory.part(0.75),
        calls=max(1, db.size * 3 // 4),
        paces=paces or Paces(settings.gateway_requests_per_second),
    )
    metrics = Metrics()
    keys = Keys(db, allowance)
    gateway = _Gateway(
        db,
        intake or GatheringIntake(db, metrics.intake_calls.inc),
        keys,
        memory.part(0.25),
        metrics,
        signatures=Signatures(zalo=_words(settings.zalo_secrets), twilio=_words(settings.twilio_tokens)),
    )
    routes = [
        Route(f"{prefix}/{endpoint}", gateway.endpoint(endpoint), methods=["POST", "OPTIONS"])
        for prefix in ("/v1", "/rpc")
        for endpoint in ENDPOINTS
    ]
    routes += [
        Route(path, gateway.endpoint(endpoint), methods=["POST", "OPTIONS"]) for path, endpoint in foreign.PATHS.items()
    ]
    routes += [
        Route(path, gateway.guarded("settings", gateway.rudderstack_settings), methods=["GET", "OPTIONS"])
        for path in foreign.RUDDERSTACK_SETTINGS
    ]
    routes += [
        Route(
            foreign.SEGMENT_SETTINGS, gateway.guarded("settings", gateway.segment_settings), methods=["GET", "OPTIONS"]
        ),
        Route(foreign.CHATS, gateway.guarded("hooks", gateway.chat), methods=["POST"]),
        firehose.route(db, keys, gateway.guarded, metrics.count_events, settings.gateway_firehose_mb * 1024 * 1024),
        Route(foreign.SEGMENT_METRICS, gateway.guarded("metrics", gateway.forget), methods=["POST", "OPTIONS"]),
        Route("/rpc/profile", gateway.guarded("profile", gateway.profile), methods=["GET", "POST", "OPTIONS"]),
        Route("/rpc/outcome", gateway.asked("outcome", "c360_v1.outcome_by_key"), methods=["POST", "OPTIONS"]),
        *(
            Route(path, gateway.asked("agent_context", "c360_v1.agent_context_by_key"), methods=["POST", "OPTIONS"])
            for path in ("/rpc/agent/context", "/rpc/agent_context")
        ),
        Route("/sdk/{name}", script, methods=["GET"]),
        Route("/livez", gateway.livez, methods=["GET"]),
        Route("/readyz", gateway.readyz, methods=["GET"]),
        Route("/metrics", gateway.metrics_page, methods=["GET"]),
    ]
    routes += reads.routes(db, keys, gateway.guarded, _cors)
    return Front(routes)


class Front:
    """Starlette, but what takes events is called straight: its routing costs as much as all the rest of a request.

    That is possible because these handlers answer whatever happens, and have no parameters in their path.
    """

    def __init__(self, routes: list[Route]) -> None:
        self.routes = routes
        self._app = Starlette(routes=routes, exception_handlers={HTTPException: _no_such_endpoint, Exception: _failed})
        # An address with a slash too many is none: a redirect would drop the body, and tell which addresses there are.
        self._app.router.redirect_slashes = False
        self._straight: dict[str, _Handler] = {
            route.path: route.endpoint for route in routes if "POST" in (route.methods or ()) and "{" not in route.path
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        handler = self._straight.get(scope["path"]) if scope.get("method") == "POST" else None
        if handler is None:
            await self._app(scope, receive, send)
            return
        response = await handler(Request(scope, receive))
        await response(scope, receive, send)


class _Gateway:
    def __init__(
        self, db: Caller, intake: Intake, keys: Keys, strangers: Room, metrics: Metrics, *, signatures: Signatures
    ) -> None:
        self._db = db
        self._intake = intake
        self._keys = keys
        self._strangers = strangers
        self._metrics = metrics
        self._signatures = signatures
        self._migration = load().migrations[-1].migration
        self._version: asyncio.Task[str | None] | None = None

    def endpoint(self, name: str) -> _Handler:
        async def handle(request: Request) -> Response:
            return await self._receive(request, name)

        return self.guarded(name, handle)

    def guarded(self, name: str, handler: _Handler) -> _Handler:
        async def handle(request: Request) -> Response:
            if request.method == "OPTIONS":
                return Response(status_code=204, headers={**_cors(request), **_preflight(request)})
            started = time.perf_counter()
            with self._metrics.in_flight.track_inprogress():
                response = await _answered(request, name, handler)
            self._metrics.count_request(name, response.status_code, time.perf_counter() - started)
            return response

        return handle

    def asked(self, name: str, function: str) -> _Handler:
        """Hands the whole body to a function that judges the key, and answers what it does."""

        async def handle(request: Request) -> Response:
            hashed = key_hash(request.headers.get("authorization"), request.headers.get("apikey"))
            if hashed is None:
                raise IngestRefused("the key is missing", code="U1401", hint="Send the key as bearer token.")
            origin = request.headers.get("origin")
            known = await self._keys.admitted(hashed, origin)
            with Hold(known.share.memory) as hold:
                body = await read_body(request, hold.more)
                async with known.share.taken():
                    told = await self._db.call(function, key_hash=hashed, body=body, origin=origin)
            return answer(told, headers=_cors(request))

        return self.guarded(name, handle)

    async def _receive(self, request: Request, name: str) -> Response:
        hashed = _key_hash(request)
        origin = request.headers.get("origin")
        if hashed is not None:
            known = await self._keys.admitted(hashed, origin)
            with Hold(known.share.memory) as hold:
                body = await read_body(request, hold.more)
                return await self._taken(request, known, Delivery(hashed, name, body, origin, known.tenant))
        with Hold(self._strangers) as hold:
            body = await read_body(request, hold.more)
            known = await self._keys.known_by_body(body, origin)
            hold.move(known.share.memory)
            await self._keys.pace(known)
            return await self._taken(request, known, Delivery(known.key_hash, name, body, origin, known.tenant))

    async def _taken(self, request: Request, known: Known, delivery: Delivery) -> Response:
        with Hold(known.share.places, 1):
            outcome = await self._intake.take(delivery)
        self._metrics.count_events(outcome)
        if request.url.path.startswith("/rpc/") and "return=minimal" in request.headers.get("prefer", ""):
            return Response(status_code=204, headers={**_cors(request), "Preference-Applied": "return=minimal"})
        return answer(outcome, headers=_cors(request))

    async def profile(self, request: Request) -> Response:
        hashed = key_hash(request.headers.get("authorization"), request.headers.get("apikey"))
        if hashed is None:
            raise IngestRefused("the key is missing", code="U1401", hint="Send a secret key as bearer token.")
        origin = request.headers.get("origin")
        known = await self._keys.admitted(hashed, origin)
        with Hold(known.share.memory) as hold:
            asked = dict(request.query_params)
            if request.method == "POST":
                asked = read_json(await read_body(request, hold.more))
            async with known.share.taken():
                document = await self._db.call(
                    "c360_v1.profile_by_key",
                    key_hash=hashed,
                    identifier_type=_text(asked, "p_identifier_type"),
                    value=_text(asked, "p_value"),
                    origin=origin,
                )
        return answer(document, headers=_cors(request))

    async def chat(self, request: Request) -> Response:
        hashed = _key_hash(request)
        if hashed is None:
            hint = "Send a write key as ?writeKey= or, from Telegram, as secret_token."
            raise IngestRefused("the key is missing", code="U1401", hint=hint)
        origin = request.headers.get("origin")
        known = await self._keys.admitted(hashed, origin)
        with Hold(known.share.memory) as hold:
            body = await read_body(request, hold.more)
            preset = request.path_params["preset"]
            self._signatures.check(request, preset, body)
            if preset == "twilio":
                body = json.dumps(dict(form_fields(body)))
            async with known.share.taken():
                outcome = await self._db.call(
                    "c360_v1.receive_chat",
                    key_hash=hashed,
                    preset=preset,
                    body=body,
                    origin=origin,
                )
        self._metrics.count_events(outcome)
        return answer(outcome, headers=_cors(request))

    async def segment_settings(self, request: Request) -> Response:
        key = request.path_params["key"]
        await self._keys.known(digest(key), request.headers.get("origin"))
        return answer(foreign.segment_settings(request, key), headers={**_cors(request), **foreign.NOT_SHARED})

    async def rudderstack_settings(self, request: Request) -> Response:
        hashed = _key_hash(request)
        if hashed is None:
            raise IngestRefused("the key is missing", code="U1401", hint="Send a write key as user of HTTP Basic.")
        await self._keys.known(hashed, request.headers.get("origin"))
        return answer(foreign.rudderstack_settings(), headers=_cors(request))

    async def forget(self, request: Request) -> Response:
        """What clients count about themselves: nothing of it is read."""
        return answer({"success": True}, headers=_cors(request))

    async def livez(self, request: Request) -> Response:  # noqa: ARG002
        return answer({"status": "alive"})

    async def readyz(self, request: Request) -> Response:  # noqa: ARG002
        # However many ask, the database is asked once at a time, and nobody waits long for it.
        if self._version is None or self._version.done():
            self._version = asyncio.create_task(self._schema_version())
        try:
            version = await asyncio.shield(self._version)
        except C360Error as error:
            return refusal(error)
        is_ready = version is not None and version >= self._migration
        status = "ready" if is_ready else "the database is older than this gateway"
        return answer({"status": status, "schema_version": version}, 200 if is_ready else 503)

    async def _schema_version(self) -> str | None:
        try:
            async with asyncio.timeout(_READY_SECONDS):
                version: str | None = await self._db.call("c360_v1.schema_version")
        except TimeoutError as error:
            raise DatabaseUnreachable("the database did not answer in time", code="08000") from error
        return version

    async def metrics_page(self, request: Request) -> Response:  # noqa: ARG002
        return Response(self._metrics.text(), media_type=CONTENT_TYPE)


async def _answered(request: Request, name: str, handler: _Handler) -> Response:
    try:
        return await handler(request)
    except SenderGone:
        return Response(status_code=400)
    except C360Error as error:
        status, _ = described(error)
        if status >= 500:
            log.error("request failed", endpoint=name, code=error.code, status=status)  # noqa: TRY400 - a trace adds nothing
        return refusal(error, {} if is_of_a_stranger(error) else _cors(request))
    except Exception as error:
        log.exception("request failed", endpoint=name)
        return refusal(C360Error(type(error).__name__, code="U1500"), _cors(request))


def _key_hash(request: Request) -> bytes | None:
    """SHA-256 of the key that headers or address carry, as beacons of RudderStack and webhooks of chats do."""
    hashed = key_hash(request.headers.get("authorization"), request.headers.get("apikey"))
    key = request.query_params.get("writeKey") or request.headers.get("x-telegram-bot-api-secret-token")
    return digest(key) if hashed is None and key else hashed


async def _no_such_endpoint(request: Request, error: Exception) -> Response:
    """Paths and methods that there are not are answered like everything else."""
    if isinstance(error, HTTPException) and error.status_code == 405:
        allowed = ", ".join(sorted((error.headers or {}).get("Allow", "").split(", ")))
        refused = IngestRefused(f"{request.method} is not for this path", code="U1014", hint=f"There is {allowed}.")
        return refusal(refused, {"Allow": allowed, **_cors(request)})
    refused = IngestRefused("there is no such endpoint", code="U1009", hint="GET / lists the endpoints.")
    return refusal(refused, _cors(request))


async def _failed(request: Request, error: Exception) -> Response:
    """A fault of ours, outside the endpoints that see to theirs."""
    return refusal(C360Error(str(error), code="U1500"), _cors(request))


def _cors(request: Request) -> dict[str, str]:
    origin = request.headers.get("origin")
    if not origin:
        return {}
    # A client sets its clock by Date and waits as long as Retry-After says.
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "Content-Range, Date, Preference-Applied, Retry-After",
        "Vary": "Origin",
    }


def _preflight(request: Request) -> dict[str, str]:
    """Any header may be sent, as clients add theirs; what is not named in the reference is not read."""
    asked = request.headers.get("access-control-request-headers")
    return {**_PREFLIGHT, "Access-Control-Allow-Headers": asked} if asked else _PREFLIGHT


def _words(secrets: SecretStr | None) -> list[str]:
    return secrets.get_secret_value().split() if secrets else []


def _text(parameters: Any, name: str) -> str:
    value = parameters.get(name) if isinstance(parameters, dict) else None
    if not isinstance(value, str) or "\0" in value:
        raise IngestRefused(f"the parameter {name} is missing", code="U1012", hint=f"Send {name} as text.")
    return value
