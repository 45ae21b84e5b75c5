"""The web shop of the demo: one page on a port of its own, so that the gateway is another origin, as it would be."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from c360.gateway.scripts import sdk_root


@dataclass
class Site:
    """Serves the example of the JavaScript SDK."""

    _runner: web.AppRunner | None = None

    async def start(self, gateway: str, write_key: str) -> str:
        """Serve the page; the answer is the address to open."""
        page = (sdk_root() / "examples" / "shop.html").read_text(encoding="utf-8")

        async def show(request: web.Request) -> web.Response:  # noqa: ARG001
            return web.Response(text=page, content_type="text/html")

        app = web.Application()
        app.router.add_get("/shop.html", show)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        port = self._runner.addresses[0][1]
        return f"http://127.0.0.1:{port}/shop.html?{urlencode({'gateway': gateway, 'key': write_key})}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
