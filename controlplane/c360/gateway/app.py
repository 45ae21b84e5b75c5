"""The routes of the gateway.

    POST /v1/{identify,track,page,screen,group,alias,batch,import}     the Segment HTTP API
    POST /rpc/{the same}                                               the same, by PostgREST's conventions
    GET, POST /rpc/profile                                             one golden record, for secret keys
    GET /livez, /readyz, /metrics

Each request passes `_guarded`: it is counted, bounded and answered, whatever happens in it. A cross-origin page reads
an answer only when its key allows the origin, so the header for that is added after the database has judged the key.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from c360.domain.errors import C360Error, IngestRefused
from c360.gateway.answers import answer, described, is_authenticated, refusal
from c360.gateway.bodies import SenderGone, read_body
from c360.gateway.credentials import key_hash
from c360.gateway.intake import Caller, Delivery, DirectIntake, Intake
from c360.gateway.keys import Keys
from c360.gateway.metrics import CONTENT_TYPE, Metrics
from c360.installer.sources import load

if TYPE_CHECKING:
    from c360.settings import Settings

ENDPOINTS = ("identify", "track", "page", "screen", "group", "alias", "batch", "import")
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Content-Encoding, Prefer",
    "Access-Control-Max-Age": "86400",
}
_Handler = Callable[[Request], Awaitable[Response]]

log = structlog.get_logger("c360.gateway")


def create_app(db: Caller, settings: Settings, *, intake: Intake | None = None) -> Starlette:
    """The ASGI application over one door to the database."""
    most = settings.gateway_max_in_flight
    # The rest is left to the other tenants, whatever holds the requests of one up.
    keys = Keys(db, places=_most_of(most), calls=_most_of(db.size))
    gateway = _Gateway(db, intake or DirectIntake(db), keys, most)
    routes = [
        Route(f"{prefix}/{endpoint}", gateway.endpoint(endpoint), methods=["POST", "OPTIONS"])
        for prefix in ("/v1", "/rpc")
        for endpoint in ENDPOINTS
    ]
    routes += [
        Route("/rpc/profile", gateway.guarded("profile", gateway.profile), methods=["GET", "POST", "OPTIONS"]),
        Route("/livez", gateway.livez),
        Route("/readyz", gateway.readyz),
        Route("/metrics", gateway.metrics_page),
    ]
    return Starlette(routes=routes)


def _most_of(total: int) -> int:
    return max(1, total * 3 // 4)


class _Gateway:
    def __init__(self, db: Caller, intake: Intake, keys: Keys, most_in_flight: int) -> None:
        self._db = db
        self._intake = intake
        self._keys = keys
        self._most_in_flight = most_in_flight
        self._in_flight = 0
        self._metrics = Metrics()
        self._migration = load().migrations[-1].migration

    def endpoint(self, name: str) -> _Handler:
        async def handle(request: Request) -> Response:
            return await self._receive(request, name)

        return self.guarded(name, handle)

    def guarded(self, name: str, handler: _Handler) -> _Handler:
        async def handle(request: Request) -> Response:
            if request.method == "OPTIONS":
                return Response(status_code=204, headers={**_cors(request), **_PREFLIGHT})
            if self._in_flight >= self._most_in_flight:
                busy = IngestRefused("too many requests in flight", code="U1429", hint="Send it again a little later.")
                self._metrics.requests.labels(name, "429").inc()
                return refusal(busy)
            started = time.perf_counter()
            self._in_flight += 1
            self._metrics.in_flight.set(self._in_flight)
            try:
                response = await _answered(request, name, handler)
            finally:
                self._in_flight -= 1
                self._metrics.in_flight.set(self._in_flight)
            self._metrics.requests.labels(name, str(response.status_code)).inc()
            self._metrics.seconds.labels(name).observe(time.perf_counter() - started)
            return response

        return handle

    async def _receive(self, request: Request, name: str) -> Response:
        hashed = key_hash(request.headers.get("authorization"))
        body = await read_body(request)
        delivery = Delivery(hashed, name, body, request.headers.get("origin"))
        share = await self._keys.share(hashed, delivery.origin, body if hashed is None else None)
        try:
            async with share.taken():
                outcome = await self._intake.take(delivery)
        except C360Error as error:
            if is_authenticated(error):
                return refusal(error, _cors(request))
            raise
        self._metrics.count_events(outcome)
        if request.url.path.startswith("/rpc/") and "return=minimal" in request.headers.get("prefer", ""):
            return Response(status_code=204, headers={**_cors(request), "Preference-Applied": "return=minimal"})
        return answer(outcome, headers=_cors(request))

    async def profile(self, request: Request) -> Response:
        hashed = key_hash(request.headers.get("authorization"))
        if hashed is None:
            raise IngestRefused("the key is missing", code="U1401", hint="Send a secret key as bearer token.")
        asked = dict(request.query_params) if request.method == "GET" else _parameters(await read_body(request))
        origin = request.headers.get("origin")
        share = await self._keys.share(hashed, origin)
        async with share.taken():
            document = await self._db.call(
                "c360_v1.profile_by_key",
                key_hash=hashed,
                identifier_type=_text(asked, "p_identifier_type"),
                value=_text(asked, "p_value"),
                origin=origin,
            )
        return answer(document, headers=_cors(request))

    async def livez(self, request: Request) -> Response:  # noqa: ARG002
        return answer({"status": "alive"})

    async def readyz(self, request: Request) -> Response:  # noqa: ARG002
        try:
            version = await self._db.call("c360_v1.schema_version")
        except C360Error as error:
            return refusal(error)
        is_ready = version is not None and version >= self._migration
        status = "ready" if is_ready else "the database is older than this gateway"
        return answer({"status": status, "schema_version": version}, 200 if is_ready else 503)

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
        return refusal(error)
    except Exception as error:
        log.exception("request failed", endpoint=name)
        return refusal(C360Error(type(error).__name__, code="U1500"))


def _cors(request: Request) -> dict[str, str]:
    origin = request.headers.get("origin")
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"} if origin else {}


def _parameters(body: str) -> dict[str, Any]:
    try:
        parameters = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise IngestRefused("the body is not JSON", code="U1001") from error
    return parameters if isinstance(parameters, dict) else {}


def _text(parameters: dict[str, Any], name: str) -> str:
    value = parameters.get(name)
    if not isinstance(value, str) or "\0" in value:
        raise IngestRefused(f"the parameter {name} is missing", code="U1012", hint=f"Send {name} as text.")
    return value
