"""The programs in docs/how-to/connect-devices-and-scripts.md, as they stand there, against `c360 up`."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import CallbackAPIVersion, Client

from clients.conftest import ROOT, System
from support.ports import free_port
from support.waiting import wait_until

PAGE = ROOT / "docs" / "how-to" / "connect-devices-and-scripts.md"
MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
READINGS = 20


def program(heading: str) -> str:
    """The Python below a heading of the page."""
    section = PAGE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    found = re.search(r"^```python\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@contextlib.contextmanager
def running(*arguments: Any, environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([str(one) for one in arguments], env=environment) as started:
        try:
            yield started
        finally:
            started.kill()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[int]:
    """Port of a mosquitto that keeps what it has in memory."""
    if MOSQUITTO is None:
        pytest.skip('mosquitto is not installed: run "make tools"')
    port = free_port()
    (tmp_path / "mosquitto.conf").write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_type error\n"
    )
    with running(MOSQUITTO, "-c", tmp_path / "mosquitto.conf"):
        wait_until(lambda: accepts(port))
        yield port


def accepts(port: int) -> bool:
    client = Client(CallbackAPIVersion.VERSION2)
    with contextlib.suppress(OSError):
        return client.connect("127.0.0.1", port) == 0
    return False


def publishes(port: int, topic: str, *payloads: str | bytes) -> None:
    """Publish with QoS 1; returns when the broker has confirmed each."""
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for payload in payloads:
        client.publish(topic, payload, qos=1).wait_for_publish(30)
    client.disconnect()
    client.loop_stop()


@pytest.mark.slow
def test_python_without_a_client_sends_a_batch(system: System) -> None:
    names: dict[str, Any] = {}
    exec(compile(program("Python without a client"), str(PAGE), "exec"), names)
    events = [{"type": "page", "anonymousId": "a1"}, {"type": "track", "anonymousId": "a1"}]

    outcome = names["send"](system.url, system.key("plain"), events)

    assert (outcome["accepted"], [one["code"] for one in outcome["rejected"]]) == (1, ["U1109"])


@pytest.mark.slow
def test_what_devices_publish_arrives_once_also_what_they_said_while_the_bridge_was_away(
    system: System, broker: int, tmp_path: Path
) -> None:
    script = tmp_path / "bridge.py"
    script.write_text(program("Devices that speak MQTT"), encoding="utf-8")
    bridge = (sys.executable, script)
    environment = {
        **os.environ,
        "C360_URL": system.url,
        "C360_KEY": system.key("mqtt"),
        "MQTT_HOST": "127.0.0.1",
        "MQTT_PORT": str(broker),
    }
    readings = [f'{{"id": {n}, "timestamp": "2026-01-01T00:00:{n:02}Z", "celsius": {n}.5}}' for n in range(READINGS)]

    with running(*bridge, environment=environment):
        # It has subscribed as soon as a message arrives.
        wait_until(lambda: publishes(broker, "devices/probe/Started", '{"id": 1}') or system.events("mqtt"))
    publishes(broker, "devices/fridge/Measured", *readings, *readings)
    publishes(broker, "devices/fridge/Door/Opened", b"21.5", b"open \xff")
    assert len(system.events("mqtt")) == 1
    with running(*bridge, environment=environment):
        wait_until(lambda: len(system.events("mqtt")) >= 1 + READINGS + 2)

    events = system.events("mqtt")
    assert Counter(event["event_name"] for event in events) == {"Started": 1, "Measured": READINGS, "Door/Opened": 2}
    measured = [event["payload"] for event in events if event["event_name"] == "Measured"]
    assert [one["properties"]["celsius"] for one in measured] == [n + 0.5 for n in range(READINGS)]
    assert {one["anonymousId"] for one in measured} == {"fridge"}
    opened = [event["payload"]["properties"]["value"] for event in events if event["event_name"] == "Door/Opened"]
    assert opened == [21.5, "open \ufffd"]
    assert {event["clock_status"] for event in events if event["event_name"] == "Measured"} == {"ok"}
    assert ("device_id", "fridge") in {
        (one["type"], one["value"]) for one in system.profile("anonymous_id", "fridge")["identifiers"]
    }
