"""The client for Android, unchanged, on a JVM and over TLS: it knows nothing but a host and a key."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import ssl
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme

from clients.conftest import HERE, System
from support.waiting import wait_until

FOLDER = HERE / "mobile"
CLASSES = FOLDER / "target" / "classpath.txt"
JAVA = shutil.which("java")
KEYTOOL = shutil.which("keytool")
VIEWED = 25


@contextlib.contextmanager
def tls_before(url: str, authority: trustme.CA) -> Iterator[str]:
    """Ends TLS in front of a gateway, as a proxy does; answers host and port."""
    target = urlsplit(url)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    started: list[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ahead, back = await asyncio.open_connection(target.hostname, target.port)
        await asyncio.gather(copy(reader, back), copy(ahead, writer))

    async def serve() -> None:
        stop = asyncio.Event()
        async with await asyncio.start_server(relay, "127.0.0.1", 0, ssl=context) as server:
            port = server.sockets[0].getsockname()[1]
            started.append((f"localhost:{port}", asyncio.get_running_loop(), stop))
            await stop.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    wait_until(lambda: started)
    address, loop, stop = started[0]
    try:
        yield address
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


@pytest.mark.slow
def test_the_client_for_android_tells_everything_once(system: System, tmp_path: Path) -> None:
    if JAVA is None or KEYTOOL is None:
        pytest.skip("java is not installed")
    if not CLASSES.exists():
        pytest.skip('maven has not fetched the client: run "make test"')
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    trusted = ["-keystore", tmp_path / "trusted.p12", "-storetype", "PKCS12", "-storepass", "secret"]
    subprocess.run([KEYTOOL, "-importcert", "-noprompt", "-file", tmp_path / "ca.pem", *trusted], check=True)

    with (
        tls_before(system.url, authority) as host,
        subprocess.Popen(
            [
                JAVA,
                f"-Djavax.net.ssl.trustStore={tmp_path / 'trusted.p12'}",
                "-Djavax.net.ssl.trustStorePassword=secret",
                "-cp",
                CLASSES.read_text(),
                FOLDER / "SegmentKotlin.java",
                *(host, system.key("segment-kotlin"), "user-kotlin", "lan.kotlin@shop.example", str(VIEWED)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as client,
    ):
        try:
            wait_until(lambda: len(system.events("segment-kotlin")) >= VIEWED + 4 or client.poll(), timeout=60)
        finally:
            printed, complaints = client.communicate(timeout=30)

    assert client.returncode == 0, complaints
    events = system.events("segment-kotlin")
    assert system.rejected("segment-kotlin") == 0
    assert Counter(event["event_name"] for event in events) == {
        "Product Viewed": VIEWED,
        **dict.fromkeys(("screen", "identify", "Order Completed", "group"), 1),
    }
    viewed = [event["payload"]["properties"]["n"] for event in events if event["event_name"] == "Product Viewed"]
    assert sorted(viewed) == list(range(VIEWED))
    assert {event["payload"]["anonymousId"] for event in events} == {printed.strip()}
    assert {event["clock_status"] for event in events} <= {"ok", "corrected"}
    assert not [event for event in events if "writeKey" in event["payload"]]
    person = system.profile("user_id", "user-kotlin")
    assert (person["email"], person["full_name"]) == ("lan.kotlin@shop.example", "Nguyễn Thị Lan")
