"""Hand the JavaScript SDK to web pages. The files are built beforehand: no Node is needed here."""

from __future__ import annotations

import functools
import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from c360.domain.errors import IngestRefused
from c360.gateway.answers import refusal

NAMES = ("c360.js", "c360.core.js")
# A page sees a new release after an hour; until then it does not ask.
_CACHED = "public, max-age=3600"


@dataclass(frozen=True)
class _Script:
    plain: bytes
    packed: bytes
    tag: str


def sdk_root() -> Path:
    """The folder sdk-js/: inside an installed wheel `c360/_sdk`, in a checkout `<repository>/sdk-js`."""
    package = Path(__file__).resolve().parent.parent
    for candidate in (package / "_sdk", package.parent.parent / "sdk-js"):
        if (candidate / "dist" / NAMES[0]).is_file():
            return candidate
    raise FileNotFoundError("the JavaScript SDK is missing from this installation")


async def script(request: Request) -> Response:
    """GET /sdk/<name>, for any site: the script holds no secret."""
    name = request.path_params["name"]
    if name not in NAMES:
        return refusal(IngestRefused(f"there is no script {name!r}", code="U1009"))
    found = _script(name)
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Cache-Control": _CACHED,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "ETag": found.tag,
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if found.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, headers={**headers, "Content-Encoding": "gzip"}, media_type="text/javascript")
    return Response(found.plain, headers=headers, media_type="text/javascript")


@functools.cache
def _script(name: str) -> _Script:
    plain = (sdk_root() / "dist" / name).read_bytes()
    return _Script(plain, gzip.compress(plain, mtime=0), f'W/"{hashlib.sha256(plain).hexdigest()[:16]}"')
