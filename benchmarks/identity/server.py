"""A PostgreSQL of the benchmark's own in a temporary folder, and the memory of its processes."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from c360.embedded import EmbeddedPostgres
from c360.installer.install import install
from c360.installer.sources import load

_PAUSE = 0.1


@contextmanager
def fresh_server() -> Iterator[tuple[str, int]]:
    """Address of an installed database, and the process id of its server."""
    with tempfile.TemporaryDirectory(prefix="c360-identity-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as another user
        data = Path(folder) / "data"
        with EmbeddedPostgres(data) as server:
            install(server.dsn, load())
            pid = int((data / "postgres" / "postmaster.pid").read_text(encoding="utf-8").split()[0])
            yield server.dsn, pid


class MemoryWatch:
    """The most memory the server used meanwhile: what each process has of its own, and shared buffers once."""

    def __init__(self, pid: int) -> None:
        self._server = psutil.Process(pid)
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self.peak_mb = 0.0

    def __enter__(self) -> MemoryWatch:
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._stop.wait(_PAUSE):
            own, shared = 0, 0
            for process in [self._server, *self._server.children(recursive=True)]:
                try:
                    memory = process.memory_info()
                except psutil.Error:
                    continue
                own += memory.rss - memory.shared
                shared = max(shared, memory.shared)
            self.peak_mb = max(self.peak_mb, (own + shared) / 2**20)
