"""What clients of others need beside the Segment HTTP API: short names of its paths, and the settings they ask for.

The settings say where to send everything, and that nothing else is wanted: no destinations in the browser, no scripts
from elsewhere, no statistics of the client about itself. They hold nothing that the asking page does not know.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

PATHS = {
    # analytics.js of Segment and its mobile clients
    "/v1/i": "identify",
    "/v1/t": "track",
    "/v1/p": "page",
    "/v1/s": "screen",
    "/v1/g": "group",
    "/v1/a": "alias",
    "/v1/b": "batch",
    # RudderStack's browser client with `useBeacon`
    "/beacon/v1/batch": "batch",
}
CHATS = "/v1/hooks/{preset}"
SEGMENT_SETTINGS = "/v1/projects/{key}/settings"
SEGMENT_METRICS = "/v1/m"
# Both spellings: a preflight must not be redirected.
RUDDERSTACK_SETTINGS = ("/sourceConfig", "/sourceConfig/")
# The address in them is that of the asking request.
NOT_SHARED = {"Cache-Control": "no-store"}


def segment_settings(request: Request, key: str) -> dict[str, Any]:
    """What analytics.js and the mobile clients of Segment are told about a source."""
    scheme, host = public_address(request)
    api_host = f"{host}/v1"
    return {
        "integrations": {"Segment.io": {"apiKey": key, "apiHost": api_host, "protocol": scheme}},
        "metrics": {"host": api_host, "protocol": scheme, "sampleRate": 0},
    }


def rudderstack_settings() -> dict[str, Any]:
    """What clients of RudderStack are told about a source."""
    nothing = {"enabled": False}
    return {
        "source": {
            "id": "c360",
            "name": "c360",
            "enabled": True,
            "config": {"statsCollection": {"errors": nothing, "metrics": nothing}},
            "destinations": [],
        }
    }


def public_address(request: Request) -> tuple[str, str]:
    """Scheme and host the client sees, also through a proxy that tells them."""
    scheme = _first(request.headers.get("x-forwarded-proto", ""))
    host = _first(request.headers.get("x-forwarded-host", "")) or request.headers.get("host", "")
    return scheme if scheme in ("http", "https") else request.url.scheme, host


def _first(header: str) -> str:
    return header.partition(",")[0].strip()
