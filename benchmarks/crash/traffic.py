"""The sender and the receiver of the crash run. Neither ever gives up, and neither knows when the crash comes.

The sender does what a good client does: one messageId per event, the same one on every retry, until it is answered
with success. The receiver answers 204 and remembers which webhook ids it has verified.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

Event = dict[str, Any]


def make_events(round_number: int, count: int, people: int, seed: int) -> list[Event]:
    """Events of a few people who identify now and then, so that profiles are created, updated and merged."""
    chance = random.Random(f"{seed}:{round_number}")
    return [_event(chance, f"r{round_number}-{number}", people) for number in range(count)]


def _event(chance: random.Random, message_id: str, people: int) -> Event:
    person = chance.randrange(people)
    event: Event = {"messageId": message_id, "anonymousId": f"device-{person}-{chance.randrange(2)}"}
    if chance.random() < 0.3:
        traits = {"email": f"Person{person}@Example.com", "city": chance.choice(["Hue", "Hanoi", "Da Nang"])}
        return {**event, "type": "identify", "userId": f"user-{person}", "traits": traits}
    return {**event, "type": "track", "event": chance.choice(["Product Viewed", "Cart Viewed", "Product Added"])}


@dataclass
class Sender:
    """Sends events one per request over `parallel` connections and retries each until it is acknowledged."""

    base_url: str
    write_key: str
    parallel: int = 16
    acknowledged: list[str] = field(default_factory=list)
    retries: int = 0

    async def send(self, events: list[Event]) -> None:
        queue = iter(events)
        timeout = aiohttp.ClientTimeout(total=10)
        headers = {"Authorization": aiohttp.encode_basic_auth(self.write_key, "")}
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
            await asyncio.gather(*(self._work(session, queue) for _ in range(self.parallel)))

    async def _work(self, session: aiohttp.ClientSession, queue: Any) -> None:
        for event in queue:
            for attempt in itertools.count():
                if await self._accepted(session, event):
                    self.acknowledged.append(event["messageId"])
                    break
                self.retries += 1
                await asyncio.sleep(min(1.0, 0.05 * 2**attempt))

    async def _accepted(self, session: aiohttp.ClientSession, event: Event) -> bool:
        try:
            async with session.post(f"{self.base_url}/v1/{event['type']}", json=event) as answer:
                return answer.status == 200 and (await answer.json())["success"] is True
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False


@dataclass
class Receiver:
    """A webhook endpoint that counts how often each verified webhook id arrived."""

    secret: str = ""
    received: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    _runner: web.AppRunner | None = None

    async def start(self) -> str:
        app = web.Application(client_max_size=2**20)
        app.router.add_post("/hook", self._receive)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        _, port = self._runner.addresses[0][:2]
        return f"http://127.0.0.1:{port}/hook"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _receive(self, request: web.Request) -> web.Response:
        try:
            Webhook(self.secret).verify(await request.text(), dict(request.headers))
        except WebhookVerificationError:
            self.refused += 1
            return web.Response(status=400)
        self.received[request.headers["webhook-id"]] += 1
        return web.Response(status=204)
