"""A command of c360 at a terminal, with somebody in front of it."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from support.waiting import DEADLINE

# A session of its own, whose terminal sends Ctrl-C to all that run in it.
_IN_A_TERMINAL = """
import fcntl, signal, termios
signal.signal(signal.SIGINT, signal.default_int_handler)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from c360_cli.main import run
run()
"""
CTRL_C = b"\x03"


class Terminal:
    """What is shown, and a keyboard."""

    def __init__(self, process: subprocess.Popen[bytes], screen: int) -> None:
        self.process = process
        self._screen = screen
        self.shown = ""

    def type(self, keys: bytes) -> None:
        os.write(self._screen, keys)

    def until(self, text: str, again: bytes = b"") -> str:
        """Waits until the text is shown; answers what was shown before it. Types `again` once a second meanwhile."""
        while text not in self.shown:
            if select.select([self._screen], [], [], 1 if again else DEADLINE)[0]:
                self.shown += os.read(self._screen, 65536).decode()
            else:
                assert again, self.shown
                self.type(again)
        before, _, self.shown = self.shown.partition(text)
        return before


@contextlib.contextmanager
def at_a_terminal(*arguments: str, environment: Mapping[str, str], cwd: Path) -> Iterator[Terminal]:
    """The command with these arguments, killed at the end if it still runs."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _IN_A_TERMINAL, *arguments],
        stdin=its,
        stdout=its,
        stderr=its,
        env=environment,
        cwd=cwd,
        start_new_session=True,
    )
    os.close(its)
    try:
        yield Terminal(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
