"""A file system that is soon full, and what fills it."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def small_disk(megabytes: int = 300) -> Iterator[Path]:
    """A file system of that size, with a folder `data` in it. Skips the test where nothing may be mounted."""
    folder = Path(f"/tmp/c360-disk-{secrets.token_hex(4)}")
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    try:
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
            pytest.skip("a file system of a fixed size can be mounted by root only")
        try:
            (folder / "data").mkdir()
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
    finally:
        folder.rmdir()


def fill_disk(ballast: Path) -> None:
    """Take the room that is left, to the last byte."""
    with ballast.open("wb", buffering=0) as file:
        for size in (2**20, 4096):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * size)
