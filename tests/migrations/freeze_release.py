"""Freeze a release as something to upgrade from: python freeze_release.py [--source CHECKOUT] [--name NAME]

Writes tests/migrations/released/<name>/ from the checkout, by default this one under the version it names. The command
line of the checkout renders the tenants, on a server that lives for the moment. Refuses to write over a release.
"""

from __future__ import annotations

import argparse
import io
import lzma
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import c360
from support.server import OWNER, TestServer, bare_server

HERE = Path(__file__).resolve().parent
RELEASED = HERE / "released"
TENANTS = ("acme", "globex")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, default=HERE.parents[1])
    parser.add_argument("--name", default=c360.__version__)
    wanted = parser.parse_args()
    target = RELEASED / wanted.name
    if target.exists():
        sys.exit(f"{target} exists: a release is frozen once")
    archive, tenants = _pack(wanted.source / "pg"), _tenants(wanted.source)
    target.mkdir()
    (target / "pg.tar.xz").write_bytes(archive)
    (target / "tenants.sql.xz").write_bytes(lzma.compress(tenants.encode(), preset=9))
    shutil.copy(HERE / "data.sql", target / "data.sql")
    print(f"{target}: {sum(file.stat().st_size for file in target.iterdir())} bytes")


def _pack(folder: Path) -> bytes:
    """The same bytes for the same files: nothing of this machine or hour goes in."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz", preset=9) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = tarfile.TarInfo(f"pg/{path.relative_to(folder).as_posix()}")
                content = path.read_bytes()
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _tenants(source: Path) -> str:
    with bare_server() as server:
        with server.admin() as admin:
            admin.execute(f"CREATE ROLE {OWNER} LOGIN CREATEROLE")
        server.create_database("shop")
        _c360(source, server, "db", "install")
        return "\n".join(_c360(source, server, "tenant", "create", tenant, "--dry-run") for tenant in TENANTS)


def _c360(source: Path, server: TestServer, *arguments: str) -> str:
    """The command line of the checkout."""
    path = os.pathsep.join(str(source / part) for part in ("controlplane", "cli"))
    done = subprocess.run(
        [sys.executable, "-m", "c360_cli", *arguments, "--dsn", server.dsn("shop", OWNER)],
        env={**os.environ, "PYTHONPATH": path},
        cwd="/",
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


if __name__ == "__main__":
    main()
