"""`make demo`: a whole customer data platform in a minute, then yours to look around in.

C360_DEMO_DIR      data directory of the demo, emptied at the start (default: c360-demo beside that of c360)
DEMO_EXIT=1        end after the tour instead of staying up until Ctrl-C
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from c360.demo import cart, story
from c360.demo.official_account import OfficialAccount
from c360.demo.receiver import Receiver, Webhook
from c360.demo.site import Site
from c360.demo.stage import DemoFailed, Stage, free_port, send
from c360.demo.story import Event
from c360.embedded import find_running
from c360.settings import default_data_dir

console = Console()

PORT = 8360


async def demo(stage: Stage) -> None:
    """Run the tour. Leaves nothing running when it fails."""
    _title("1", "Start PostgreSQL, gateway, relay and a worker: c360 up")
    began = time.monotonic()
    process = await stage.start()
    receiver, account, site = Receiver(), OfficialAccount(), Site()
    try:
        _say(f"up after {time.monotonic() - began:.1f} s; its log is {stage.log}")
        write_key = await _tenants(stage, receiver)
        await _traffic(stage, write_key)
        await _tour(stage, receiver, account, write_key["shop"])
        _title("14", "Be a visitor yourself: a shop with the JavaScript SDK")
        console.print(f"  {await site.start(stage.base_url, write_key['shop'])}", highlight=False, soft_wrap=True)
        if os.environ.get("DEMO_EXIT") != "1":
            await _stay(process)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()
        await receiver.stop()
        await account.stop()
        await site.stop()
    _say(f"everything is stopped; the data is still in {stage.data_dir}, and c360 up starts it again from there")


async def _tenants(stage: Stage, receiver: Receiver) -> dict[str, str]:
    _title("2", "Make two tenants, a key for each, and a webhook for one")
    keys: dict[str, str] = {}
    for tenant, name in (("shop", "A web shop"), ("records", "CDNOW, records by mail")):
        await stage.show("tenant", "create", tenant, "--display-name", name)
        keys[tenant] = (await stage.c360_json("key", "create", tenant, "--source", "web"))["key"]
    await cart.prepare(stage)
    url = await receiver.start()
    added = await stage.c360_json("webhook", "add", "shop", url, "--topic", "c360-updated-profiles")
    receiver.secret = added["secret"]
    _say(f"a small CRM in this process listens on {url}")
    return keys


async def _traffic(stage: Stage, keys: dict[str, str]) -> None:
    _title("3", "Play the orders of two shops through the HTTP API")
    customers = story.shop_customers()
    await _play(stage, "shop", keys["shop"], list(story.shop_events(customers)))
    await _play(stage, "records", keys["records"], list(story.record_shop_events()))
    await _resolved(stage)

    _title("4", "A hundred customers sign in on their phones")
    await _play(stage, "shop", keys["shop"], list(story.sign_in_events(customers)))
    await _resolved(stage)


async def _play(stage: Stage, tenant: str, key: str, events: list[Event]) -> None:
    began = time.monotonic()
    with _progress() as bar:
        task = bar.add_task(f"{tenant}: events", total=len(events))
        result = await send(stage.base_url, key, events, lambda count: bar.advance(task, count))
    rate = len(events) / (time.monotonic() - began)
    _say(f"{result['accepted']:,} accepted, {result['rejected']} rejected, {rate:,.0f} events a second")


async def _resolved(stage: Stage) -> None:
    """Wait until the worker has nothing left to resolve."""
    with _progress() as bar:
        task = bar.add_task("identities", total=None)
        most = 0
        while waiting := await _waiting(stage):
            most = max(most, waiting)
            bar.update(task, total=most, completed=most - waiting)
            await asyncio.sleep(0.2)
        bar.update(task, total=most or 1, completed=most or 1)


async def _waiting(stage: Stage) -> int:
    status = await stage.c360_json("status")
    return sum(int(tenant["queued_count"]) for tenant in status["tenants"])


async def _tour(stage: Stage, receiver: Receiver, account: OfficialAccount, write_key: str) -> None:
    plain = [person for person in story.shop_customers() if "'" not in person.email]
    wanderer = next(person for person in plain if person.is_wanderer)

    _title("5", f"One golden record: seen on two devices, known as {wanderer.email}")
    await stage.show("profile", "show", "shop", f"email={wanderer.email}")

    _title("6", "Why these records are one person")
    await stage.show("profile", "explain", "shop", f"email={wanderer.email}")

    _title("7", "Who the best customers are: RFM at the end of 2006")
    await stage.show("score", "rfm", "shop", "--as-of", "2006-12-31")

    _title("8", "What customers will bring: a model fitted to 1997, judged by what came after")
    await stage.show("score", "fit", "records", "--as-of", "1998-06-30 23:59Z")

    _title("9", "Why this customer is in their RFM segment: parts that add up")
    await stage.show("score", "explain", "shop", f"email={wanderer.email}", "rfm_segment")

    _title("10", "A segment: who is in, and why")
    where = "total_orders >= 8 OR total_revenue >= 900 AND last_purchase_at >= date '2006-07-01'"
    await stage.show("segment", "create", "shop", "regulars", "--title", "Regulars", "--where", where)
    await stage.show("segment", "members", "shop", "regulars", "--limit", "5")
    await stage.show("segment", "why", "shop", "regulars", f"email={wanderer.email}")

    _title("11", "An abandoned cart: a rule asks for a message over Zalo, and says why not")
    others = [person for person in plain if not person.is_wanderer][:2]
    await cart.abandoned_cart(stage, account, write_key, [wanderer, *others], _say)

    _title("12", "What the CRM was told")
    _show_webhook(await receiver.first("profile.merged"), receiver)

    _title("13", "Look around")
    for line in _where_to_look(stage, wanderer.email):
        console.print(line, highlight=False, soft_wrap=True)


def _show_webhook(webhook: Webhook, receiver: Receiver) -> None:
    for name, value in webhook.headers.items():
        console.print(f"  [dim]{name}:[/] {value}", highlight=False)
    console.print_json(data=webhook.shown())
    verdict = "[bold green]signature verified[/]" if webhook.is_verified else "[bold red]signature WRONG[/]"
    console.print(f"  {verdict}; {len(receiver.received):,} webhooks received so far", highlight=False)
    if not webhook.is_verified:
        raise DemoFailed("the signature of a webhook did not verify")


def _where_to_look(stage: Stage, email: str) -> Iterable[str]:
    yield f"  [bold]export C360_DATA_DIR={stage.data_dir}[/]"
    yield "  .venv/bin/c360 status"
    yield f"  .venv/bin/c360 profile history shop email={email}"
    yield "  .venv/bin/c360 topic tail shop c360-updated-profiles"
    yield "  .venv/bin/c360 psql shop"
    yield "      SELECT * FROM tenant_shop.cdp_profiles LIMIT 5;"
    yield "      \\sf tenant_shop.assemble_profiles"
    yield f"  curl {stage.base_url}/metrics"
    yield "  docs/tutorial/first-customer.md follows one customer step by step"


async def _stay(process: Process) -> None:
    """Until Ctrl-C, or until c360 ends by itself."""
    console.print("\n[bold]c360 stays up. Ctrl-C ends it.[/]")
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    waiting = [asyncio.create_task(stop.wait()), asyncio.create_task(process.wait())]
    _, pending = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()


def _progress() -> Progress:
    return Progress(
        TextColumn("  {task.description:<16}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=not console.is_terminal,
    )


def _title(number: str, text: str) -> None:
    console.print(f"\n[bold cyan]{number}  {text}[/]", highlight=False)


def _say(text: str) -> None:
    console.print(f"  {text}", highlight=False, markup=False)


def _empty(data_dir: Path) -> None:
    """Forget the last demo, unless it still runs there."""
    if find_running(data_dir) is not None:
        raise DemoFailed(f"a demo still runs in {data_dir}; end it, or choose another folder with C360_DEMO_DIR")
    shutil.rmtree(data_dir, ignore_errors=True)


def main() -> int:
    data_dir = Path(os.environ.get("C360_DEMO_DIR") or default_data_dir().with_name("c360-demo")).absolute()
    began = time.monotonic()
    try:
        _empty(data_dir)
        asyncio.run(demo(Stage(data_dir, free_port(PORT))))
    except DemoFailed as failure:
        console.print(f"[bold red]demo failed:[/] {failure}", highlight=False)
        return 1
    except KeyboardInterrupt:
        return 130
    _say(f"the demo took {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
