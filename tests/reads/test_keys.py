"""A write key can do nothing but ingest, an agent key not even that: each endpoint, with each kind of key."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import httpx
import psycopg
import pytest
from starlette.routing import Route

from c360.gateway import foreign
from c360.gateway.app import ENDPOINTS, create_app
from c360.settings import Settings
from reads.conftest import AGENT, SECRET, WRITE

UNKNOWN, REVOKED, ELSEWHERE = "c360_sk_unknown", "c360_sk_revoked", "c360_sk_elsewhere"
# What answers everybody, whatever they send, and the same to all.
OPEN = {"/livez", "/readyz", "/metrics", "/", "/sdk/{name}"}
# Answers that clients of others wait for: the same whoever asks, and nothing that was kept.
FOREIGN = {foreign.SEGMENT_SETTINGS, foreign.SEGMENT_METRICS, *foreign.RUDDERSTACK_SETTINGS}
# The key is in a header of its own, and so is what is answered.
STREAM = "/v1/firehose"
INGEST = {f"{prefix}/{endpoint}" for prefix in ("/v1", "/rpc") for endpoint in ENDPOINTS} | set(foreign.PATHS)
FILLED = {"relation": "cdp_profiles", "name": "c360.js", "preset": "telegram", "key": WRITE}
SERVES = {"/rpc/agent/context", "/rpc/agent_context"}
ASK = {
    "/rpc/profile": {"p_identifier_type": "email", "p_value": "u1@shop.vn"},
    "/rpc/list_profiles": {"p_search": "an"},
    **{path: {"identifierType": "email", "value": "u1@shop.vn", "purpose": "service"} for path in SERVES},
    STREAM: {"requestId": "r", "records": [{"data": base64.b64encode(b'{"type": "page", "userId": "u1"}').decode()}]},
    "/rpc/outcome": {"activationId": "01a2b3c4-0000-7000-8000-000000000009", "outcome": "delivered"},
}
EVENT = {"userId": "u1", "anonymousId": "a1", "event": "E", "groupId": "g", "previousId": "p", "traits": {"city": "X"}}


class _Nothing:
    size = 1

    async def call(self, function: str, *_arguments: Any, **_named: Any) -> Any:
        raise AssertionError(function)


def _endpoints() -> list[tuple[str, str]]:
    """Method and path of everything there is, from the table itself."""
    table = create_app(_Nothing(), Settings()).routes
    routes = [route for route in table if isinstance(route, Route)]
    assert len(routes) == len(table)
    return sorted((method, route.path) for route in routes for method in (route.methods or ()) if method != "OPTIONS")


ENDPOINTS_THERE_ARE = _endpoints()


def _ask(gateway, method: str, path: str, key: str | None, origin: str | None = None) -> httpx.Response:
    address = re.sub(r"\{(\w+)\}", lambda hole: FILLED.get(hole[1], "x"), path)
    headers = {"X-Amz-Firehose-Access-Key" if path == STREAM else "apikey": key} if key else {}
    if origin:
        headers["Origin"] = origin
    sent: dict[str, Any] = {"params": ASK.get(path, {})}
    if method == "POST":
        sent = {"json": ASK.get(path) or ({"batch": [EVENT]} if path.endswith(("batch", "import", "/b")) else EVENT)}
    return httpx.request(method, f"{gateway.url}{address}", headers=headers, **sent)


@pytest.fixture(scope="module")
def keys(shop_gateway, module_database):
    """Besides a secret and a write key: one that was revoked, and one for another origin."""
    with psycopg.connect(module_database.dsn) as connection:
        for name, key, origins in (("gone", REVOKED, []), ("elsewhere", ELSEWHERE, ["https://shop.example"])):
            connection.execute(
                "SELECT c360.create_api_key('acme', %s, 'secret', 'web', %s, 'c360_sk_', %s)",
                [name, hashlib.sha256(key.encode()).digest(), origins],
            )
        connection.execute("SELECT c360.revoke_api_key('acme', 'gone')")
    return shop_gateway


def test_the_table_has_what_this_is_about():
    paths = {path for _, path in ENDPOINTS_THERE_ARE}

    assert paths >= OPEN | INGEST | {"/rpc/profile", "/rpc/list_profiles", "/{relation}"}


@pytest.mark.parametrize(("method", "path"), ENDPOINTS_THERE_ARE)
def test_a_write_key_can_do_nothing_but_ingest(keys, method, path):
    with_key = _ask(keys, method, path, WRITE)
    without = _ask(keys, method, path, None)

    if path in OPEN:
        assert with_key.status_code == without.status_code == 200
        assert path == "/metrics" or with_key.content == without.content
        assert b"tenant" not in with_key.content
    elif path in FOREIGN:
        assert with_key.status_code in {200, 204}
    elif path in {foreign.CHATS, STREAM}:
        assert (with_key.status_code, without.status_code) == (200, 401)
    elif path in INGEST:
        assert with_key.status_code == 200
        assert with_key.json().keys() <= {"success", "accepted", "duplicates", "rejected", "implausible_clocks"}
        assert without.status_code == 401
    else:
        assert (with_key.status_code, without.status_code) == (403, 401)
        assert method == "HEAD" or with_key.json()["code"] == "U1413"
    assert b"shop.vn" not in with_key.content
    assert b"Nguy" not in with_key.content


@pytest.mark.parametrize(("method", "path"), [one for one in ENDPOINTS_THERE_ARE if one[1] not in OPEN | FOREIGN])
@pytest.mark.parametrize(
    ("key", "origin", "status"),
    [
        (UNKNOWN, None, 401),
        (REVOKED, None, 401),
        (ELSEWHERE, "https://evil.example", 403),
        (SECRET[:-1], None, 401),
        (SECRET.upper(), None, 401),
    ],
)
def test_a_key_that_is_none_opens_nothing(keys, method, path, key, origin, status):
    reply = _ask(keys, method, path, key, origin)

    assert reply.status_code == status
    assert "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize(("method", "path"), ENDPOINTS_THERE_ARE)
def test_an_agent_key_asks_for_contexts_and_tells_outcomes(keys, method, path):
    reply = _ask(keys, method, path, AGENT)

    if path in OPEN:
        assert reply.status_code == 200
    elif path in FOREIGN:
        assert reply.status_code in {200, 204}
    elif path in SERVES:
        assert (reply.status_code, reply.json()["profile"]["first_name"]) == (200, "An")
    elif path == STREAM:
        assert (reply.status_code, reply.json()["errorMessage"][:5]) == (403, "U1414")
    elif path == "/rpc/outcome":
        assert (reply.status_code, reply.json()["code"]) == (404, "U2522")
    else:
        assert reply.status_code == 403
        assert method == "HEAD" or reply.json()["code"] == "U1414"
    assert path in SERVES or "shop.vn" not in reply.text


@pytest.mark.parametrize(("method", "path"), ENDPOINTS_THERE_ARE)
def test_a_secret_key_may_all(keys, method, path):
    reply = _ask(keys, method, path, SECRET)

    # It gets as far as the contact, and there is none.
    assert reply.status_code == 200 or (path, reply.json()["code"]) == ("/rpc/outcome", "U2522")


@pytest.mark.parametrize("key", [WRITE, SECRET])
def test_the_answer_to_an_event_does_not_tell_known_people_from_strangers(keys, key):
    answers = []
    for user_id in ("u1", "a stranger"):
        body = {"userId": user_id, "traits": {"email": f"{user_id}@shop.vn"}}
        reply = httpx.post(f"{keys.url}/v1/identify", json=body, headers={"apikey": key})
        answers.append((reply.status_code, reply.content, set(reply.headers)))

    assert answers[0] == answers[1]
