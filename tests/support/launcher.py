"""A process that has loaded all of c360 and forks for each command it is asked for.

`python -m support.launcher DESCRIPTOR`: commands come over that socket, each with its three streams and a pipe, which
is told the number of the process and later its exit code. support.command_line starts it and talks to it.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pkgutil
import signal
import socket
import sys
import time
from typing import Any

import c360_cli
from c360.daemon import PARTS
from c360_cli.main import run

_COMMAND_BYTES = 1 << 20


def main(control: socket.socket) -> None:
    """Serve until the other side closes; comes back before that in the process that is to be the command."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, _COMMAND_BYTES, maxfds=4)
        if not message:
            os._exit(0)
        if not os.fork():
            control.close()
            _become(json.loads(message), descriptors)
            return
        for descriptor in descriptors:
            os.close(descriptor)


def _become(command: dict[str, Any], descriptors: list[int]) -> None:
    """Two processes from here: the first waits for the command and tells how it ended, the second is the command."""
    *streams, outcome = descriptors
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if pid := os.fork():
        for descriptor in streams:
            os.close(descriptor)
        os.write(outcome, f"{pid}\n".encode())
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.write(outcome, f"{code}\n".encode())
        os._exit(0)
    os.close(outcome)
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(command["cwd"])
    os.environ.clear()
    os.environ.update(command["environment"])
    time.tzset()
    sys.argv = ["c360", *command["arguments"]]


if __name__ == "__main__":
    modules = [f"c360_cli.{module.name}" for module in pkgutil.iter_modules(c360_cli.__path__)]
    for name in (*modules, *(module for module, _ in PARTS.values())):
        if name != "c360_cli.__main__":
            importlib.import_module(name)
    with contextlib.closing(socket.socket(fileno=int(sys.argv[1]))) as asked:
        main(asked)
    run()
