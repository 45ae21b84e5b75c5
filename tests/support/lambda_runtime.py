"""The runtime API of Lambda on loopback, and AWS's own client of it running a handler of ours as Lambda does."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from support.waiting import DEADLINE


class FunctionFailed(Exception):
    """The function answered with an error."""


class Runtime:
    """One function in one environment."""

    def __init__(self) -> None:
        self.asked: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.told: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._number = 0

    def invoke(self, event: dict[str, Any]) -> Any:
        """What the function answers. Raises FunctionFailed where it fails."""
        self._number += 1
        self.asked.put((f"request-{self._number}", json.dumps(event).encode()))
        kind, body = self.told.get(timeout=DEADLINE)
        if kind != "response":
            raise FunctionFailed(body.decode())
        return json.loads(body)


@contextlib.contextmanager
def running_function(handler: str, environment: dict[str, str]) -> Iterator[Runtime]:
    """A function whose handler is named as for Lambda, `package.module.function`."""
    runtime = Runtime()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _requests(runtime))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    process = subprocess.Popen(
        [sys.executable, "-m", "awslambdaric", handler],
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith(("C360_", "PG", "AWS_"))},
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": "c360",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_REGION": "eu-west-1",
            "LAMBDA_TASK_ROOT": str(Path.cwd()),
            **environment,
        },
    )
    try:
        yield runtime
    finally:
        process.kill()
        process.wait()
        server.shutdown()
        server.server_close()


def _requests(runtime: Runtime) -> type[BaseHTTPRequestHandler]:
    class Requests(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body go out in one piece; in two, the second would wait for the other side.
        wbufsize = -1

        def do_GET(self) -> None:
            number, event = runtime.asked.get()
            self.send_response(200)
            for name, value in (
                ("Lambda-Runtime-Aws-Request-Id", number),
                ("Lambda-Runtime-Deadline-Ms", "9999999999999"),
                ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:123456789012:function:c360"),
                ("Content-Type", "application/json"),
                ("Content-Length", str(len(event))),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(event)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            runtime.told.put((self.path.rpartition("/")[2], body))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is said."""

    return Requests
