"""Trino: one process on loopback, put together from what is published of it. Fetched once, by Maven."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import time
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from support.java import java_home
from support.ports import free_port
from support.query_engine import Row

VERSION = "476"
_HERE = Path(__file__).parents[1] / "engines" / "trino"
_TARGET = _HERE / "target"
_PLUGINS = ("hive", "iceberg")
_OPTIONS = (
    "-Xmx1g",
    "--add-modules=jdk.incubator.vector",
    "-Djdk.attach.allowAttachSelf=true",
    "-XX:+EnableDynamicAgentLoading",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Duser.timezone=America/New_York",
)


class Trino:
    name = "trino"

    def __init__(self, port: int, catalog: str) -> None:
        self._url = f"http://127.0.0.1:{port}/v1/statement"
        self._headers = {"X-Trino-User": "tests", "X-Trino-Catalog": catalog, "X-Trino-Time-Zone": "America/New_York"}

    def execute(self, sql: str) -> list[Row]:
        answer = self._ask(self._url, sql.encode())
        rows: list[Row] = []
        while True:
            if "error" in answer:
                raise RuntimeError(f"{answer['error']['message']}\n{sql}")
            for row in answer.get("data", []):
                rows.append(tuple(None if value is None else str(value) for value in row))
            if "nextUri" not in answer:
                return rows
            answer = self._ask(answer["nextUri"])

    def _ask(self, url: str, body: bytes | None = None) -> dict[str, Any]:
        request = urllib.request.Request(url, data=body, headers=self._headers)
        with urllib.request.urlopen(request, timeout=300) as response:
            said: dict[str, Any] = json.load(response)
        return said


def _maven(*arguments: str) -> None:
    subprocess.run(
        ["mvn", "--quiet", "--batch-mode", f"--file={_HERE / 'pom.xml'}", *arguments],
        check=True,
        capture_output=True,
        text=True,
    )


def _fetched(java: Path) -> Path:
    """The folder with the server's own classes, its plugins and the class that starts it."""
    done = _TARGET / f".fetched-{VERSION}"
    if done.exists():
        return _TARGET
    shutil.rmtree(_TARGET, ignore_errors=True)
    _maven("dependency:copy-dependencies", f"-DoutputDirectory={_TARGET / 'lib'}", "-DincludeScope=runtime")
    for plugin in _PLUGINS:
        archives = _TARGET / "archives"
        _maven("dependency:copy", f"-Dartifact=io.trino:trino-{plugin}:{VERSION}:zip", f"-DoutputDirectory={archives}")
        with zipfile.ZipFile(archives / f"trino-{plugin}-{VERSION}.zip") as archive:
            archive.extractall(_TARGET / "plugins")
    shutil.rmtree(_TARGET / "archives")
    subprocess.run(
        [java / "bin" / "javac", "-cp", f"{_TARGET / 'lib'}/*", "-d", _TARGET, _HERE / "Launch.java"], check=True
    )
    done.touch()
    return _TARGET


@contextlib.contextmanager
def running_trino(
    folder: Path, catalogs: Mapping[str, Mapping[str, str]], environment: Mapping[str, str] | None = None
) -> Iterator[int]:
    """A server with these catalogs; its port."""
    java = java_home(24)
    if java is None or shutil.which("mvn") is None:
        pytest.skip(f"Trino {VERSION} needs Java 24 or newer, and Maven to fetch it")
    try:
        there = _fetched(java)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"Trino cannot be fetched: {(error.stdout or '')[-300:]}")
    port = free_port()
    (folder / "catalog").mkdir(parents=True)
    for name, settings in catalogs.items():
        lines = [f"{key}={value}" for key, value in settings.items()]
        (folder / "catalog" / f"{name}.properties").write_text("\n".join(lines))
    settings = {
        "coordinator": "true",
        "node-scheduler.include-coordinator": "true",
        "http-server.http.port": str(port),
        "node.bind-ip": "127.0.0.1",
        "node.internal-address": "127.0.0.1",
        "node.environment": "tests",
        "discovery.uri": f"http://127.0.0.1:{port}",
        "plugin.dir": str(there / "plugins"),
        "catalog.config-dir": str(folder / "catalog"),
        "query.max-memory-per-node": "300MB",
        "memory.heap-headroom-per-node": "200MB",
    }
    config = folder / "config.properties"
    config.write_text("\n".join(f"{key}={value}" for key, value in settings.items()))
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                java / "bin" / "java",
                *_OPTIONS,
                f"-Dconfig={config}",
                f"-Dnode.data-dir={folder}",
                "-cp",
                f"{there / 'lib'}/*:{there}",
                "Launch",
                VERSION,
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", **(environment or {})},
        )
    try:
        _wait(process, port, log)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"Trino ended: {log.read_text()[-3000:]}")
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/info", timeout=5) as response,
        ):
            if not json.load(response)["starting"]:
                return
        time.sleep(0.5)
    raise RuntimeError(f"Trino did not start: {log.read_text()[-3000:]}")
