"""`c360 up` as a real process, and clients of others as processes of their own that know its address and a key only."""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from end_to_end.conftest import process, run_command
from support.command_line import CommandLine
from support.ports import free_port
from support.session import Session
from support.waiting import wait_until

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MODULES = HERE / "node_modules"
NODE = shutil.which("node")
CHROMIUM = shutil.which("chromium")

_SECONDS = 120
_OF_A_HOP = {"connection", "content-length", "date", "host", "server", "transfer-encoding"}


def needs_node() -> None:
    """Skips the test where Node or the clients are not there."""
    if NODE is None:
        pytest.skip("node is not installed")
    if not MODULES.exists():
        pytest.skip('npm has not installed the clients: run "make test"')


def needs_chromium() -> None:
    """Skips the test where there is no Chromium to run a page in."""
    needs_node()
    if CHROMIUM is None:
        pytest.skip('chromium is not installed: run "make tools"')


@dataclass(frozen=True)
class System:
    """A running c360 with the tenant acme, seen from outside."""

    url: str
    session: Session
    command_line: CommandLine
    environment: dict[str, str]

    def key(self, source: str, *options: str) -> str:
        """A new key for a source."""
        made = run_command(
            self.command_line, self.environment, "key", "create", "acme", "--source", source, *options, "--json"
        )
        return str(json.loads(made)["key"])

    def events(self, source: str) -> list[dict[str, Any]]:
        """What was recorded of a source, in the order of reception."""
        return self.session.records(
            "SELECT type, event_name, message_id, clock_status, payload FROM tenant_acme.cdp_behavioral_events "
            "WHERE source = %s ORDER BY event_id",
            source,
        )

    def rejected(self, source: str) -> int:
        return int(self.session.value("SELECT count(*) FROM tenant_acme.cdp_rejected_events WHERE source = %s", source))

    def profile(self, kind: str, value: str) -> dict[str, Any]:
        """The golden record of an identifier, once everything sent so far is resolved."""
        wait_until(lambda: not self.session.value("SELECT count(*) FROM tenant_acme.cdp_resolution_queue"))
        return dict(self.session.call("c360.profile", "acme", kind, value))


@pytest.fixture(scope="module")
def system(
    module_database: Any, tmp_path_factory: pytest.TempPathFactory, command_line: CommandLine
) -> Iterator[System]:
    port = free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "controlplane"), str(ROOT / "cli")]),
        "DATABASE_URL": module_database.dsn,
        "C360_DATA_DIR": str(tmp_path_factory.mktemp("c360")),
        "C360_GATEWAY_PORT": str(port),
    }
    url = f"http://127.0.0.1:{port}"
    with (
        process(command_line, "up", environment=environment),
        psycopg.connect(module_database.dsn, autocommit=True) as connection,
    ):
        wait_until(lambda: _is_ready(url))
        yield System(url, Session(connection), command_line, environment)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def pages() -> Iterator[str]:
    """Address of a web site with the pages and the published files of the clients; another origin than the gateway."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    with _serving(functools.partial(Handler, directory=str(HERE))) as address:
        yield address


@contextlib.contextmanager
def _serving(handler: Any) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def lossy_proxy(system: System) -> Iterator[tuple[str, list[int]]]:
    """A proxy before the gateway that loses the first two answers to events; with the list of statuses it told."""
    told: list[int] = []
    numbers = itertools.count()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._pass_on()

        def do_OPTIONS(self) -> None:
            self._pass_on()

        def do_POST(self) -> None:
            self._pass_on(loses=next(numbers) < 2)

        def _pass_on(self, *, loses: bool = False) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _OF_A_HOP}
            answer = httpx.request(
                self.command,
                f"{system.url}{self.path}",
                content=body,
                headers={**headers, "X-Forwarded-Host": self.headers["Host"]},
                timeout=_SECONDS,
            )
            status = 503 if loses and answer.status_code == 200 else answer.status_code
            if self.command == "POST":
                told.append(status)
            self.send_response(status)
            for name, value in answer.headers.items():
                if name.lower() not in _OF_A_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: Any) -> None:
            pass

    with _serving(Handler) as address:
        yield address, told


@pytest.fixture
def run_client() -> Callable[..., Any]:
    """run_client("segment_node.mjs", story) runs a script to its end; answers what it printed as JSON."""

    def run(script: str, story: dict[str, Any]) -> Any:
        program = NODE if script.endswith(".mjs") else sys.executable
        done = subprocess.run(
            [str(program), HERE / script, json.dumps(story)],
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout or "null")

    return run


@pytest.fixture
def open_page(pages: str) -> Callable[..., dict[str, Any]]:
    """open_page("segment", story, until) tells the story in Chromium; what the page asked, once `until` is true."""

    def run(name: str, story: dict[str, Any], until: Callable[[], bool]) -> dict[str, Any]:
        with subprocess.Popen(
            [str(NODE), HERE / "browser.mjs", json.dumps(story), pages, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "CHROMIUM": str(CHROMIUM)},
        ) as browser:
            try:
                wait_until(lambda: until() or browser.poll() is not None, timeout=_SECONDS)
            finally:
                printed, errors = browser.communicate(timeout=_SECONDS)
        assert browser.returncode == 0, errors
        return {**json.loads(printed), "origin": pages}

    return run
