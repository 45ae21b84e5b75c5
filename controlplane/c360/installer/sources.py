"""Find the SQL files and read their one order list, pg/install.sql.

Refuses a list it does not understand: a line that psql would run and Python would skip is an error, not a surprise.
Standard library only, so that `make manifest` works before anything is installed.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from c360 import __version__

LISTED_FOLDERS = ("migrations", "procedures", "triggers", "views", "api", "privileges")

_INCLUDE = re.compile(r"\\ir (\S+)")
_GUARD = re.compile(r"SELECT c360\._(migration_pending|record_migration)\('(\w+)'\) AS (pending|recorded) \\gset")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+){2}")
_FRAME = (
    r"\set ON_ERROR_STOP on",
    r"\set QUIET on",
    r"\unset QUIET",
    r"\if :pending",
    r"\endif",
    "BEGIN ISOLATION LEVEL READ COMMITTED;",
    "CALL c360._check_release();",
    "CALL c360._record_repeatables();",
    "CALL c360._renew_tenants();",
    "CALL c360._record_release();",
    "COMMIT;",
)


class OrderListError(Exception):
    """pg/install.sql is not in the shape both installers can read."""


@dataclass(frozen=True)
class SqlFile:
    """One listed file: its path below pg/ and its exact text."""

    path: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def migration(self) -> str:
        """The name under which the ledger keeps a migration."""
        return self.path.removeprefix("migrations/").removesuffix(".sql")


@dataclass(frozen=True)
class Sources:
    """Everything an installation runs, in order, and the version it is of."""

    release: str
    bootstrap: SqlFile
    migrations: tuple[SqlFile, ...]
    repeatables: tuple[SqlFile, ...]

    @property
    def listed(self) -> tuple[SqlFile, ...]:
        return self.migrations + self.repeatables

    @property
    def sha256(self) -> str:
        """Which text of the release this is; the ledger of releases keeps the same."""
        lines = sorted(f"{file.path} {file.sha256}\n" for file in self.listed)
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def sql_root() -> Path:
    """The folder pg/: inside an installed wheel `c360/_pg`, in a checkout `<repository>/pg`."""
    package = Path(__file__).resolve().parent.parent
    for candidate in (package / "_pg", package.parent.parent / "pg"):
        if (candidate / "install.sql").is_file():
            return candidate
    raise FileNotFoundError("the SQL files of c360 are missing from this installation")


def load(root: Path | None = None) -> Sources:
    """Read every file that pg/install.sql lists."""
    root = root or sql_root()
    paths = parse_order((root / "install.sql").read_text(encoding="utf-8"))
    files = [SqlFile(path, _read(root / path)) for path in paths]
    return Sources(
        release=__version__,
        bootstrap=SqlFile("bootstrap.sql", _read(root / "bootstrap.sql")),
        migrations=tuple(file for file in files if file.path.startswith("migrations/")),
        repeatables=tuple(file for file in files if not file.path.startswith("migrations/")),
    )


def release_number(release: str) -> tuple[int, ...]:
    """The number by which releases are ordered: 0.2.0.dev1 counts as 0.2.0, which it becomes."""
    found = _NUMBER.match(release)
    if found is None:
        raise ValueError(f"{release!r} is no release")
    return tuple(int(part) for part in found[0].split("."))


def parse_order(install_sql: str) -> list[str]:
    """The listed paths in order, without bootstrap.sql and manifest.sql, which frame every installation."""
    paths: list[str] = []
    guarded: list[str] = []
    recorded: list[str] = []
    for number, raw in enumerate(install_sql.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("--") or line in _FRAME:
            continue
        if include := _INCLUDE.fullmatch(line):
            paths.append(include[1])
        elif guard := _GUARD.fullmatch(line):
            (guarded if guard[1] == "migration_pending" else recorded).append(guard[2])
        else:
            raise OrderListError(f"install.sql line {number} is not understood: {line}")
    if paths[:2] != ["bootstrap.sql", "manifest.sql"]:
        raise OrderListError("install.sql must start with bootstrap.sql and manifest.sql")
    _check_migrations(paths[2:], guarded, recorded)
    return paths[2:]


def _check_migrations(paths: list[str], guarded: list[str], recorded: list[str]) -> None:
    names = [path[len("migrations/") : -len(".sql")] for path in paths if path.startswith("migrations/")]
    if not names == guarded == recorded:
        raise OrderListError("every migration in install.sql needs its guard and its record, in order")
    if names != sorted(names) or paths[: len(names)] != [f"migrations/{name}.sql" for name in names]:
        raise OrderListError("migrations stand first in install.sql, in ascending order")
    if duplicates := sorted({path for path in paths if paths.count(path) > 1}):
        raise OrderListError(f"listed twice in install.sql: {', '.join(duplicates)}")


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")
