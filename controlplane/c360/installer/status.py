"""Compare the ledgers of a database with the files of this release. Reads only; works before any installation."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from c360.installer.sources import Sources, release_number


@dataclass(frozen=True)
class Ledgers:
    """What a database says has been installed in it."""

    installed: bool
    migrations: dict[str, str]
    repeatables: dict[str, str]
    releases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Status:
    """Where a database stands against the files of this release."""

    installed: bool
    pending: tuple[str, ...]
    changed: tuple[str, ...]
    unknown: tuple[str, ...]
    outdated: tuple[str, ...]
    removed: tuple[str, ...]
    newer: tuple[str, ...] = ()

    @property
    def is_current(self) -> bool:
        differs = self.pending or self.changed or self.unknown or self.outdated or self.removed or self.newer
        return self.installed and not differs


def read_ledgers(connection: psycopg.Connection) -> Ledgers:
    found = connection.execute("SELECT to_regclass('c360.repeatables') IS NOT NULL").fetchone()
    if found is None or not found[0]:
        return Ledgers(installed=False, migrations={}, repeatables={})
    return Ledgers(
        installed=True,
        migrations=dict(connection.execute("SELECT migration, sha256 FROM c360.migrations").fetchall()),
        repeatables=dict(connection.execute("SELECT path, sha256 FROM c360.repeatables").fetchall()),
        releases=_releases(connection),
    )


def _releases(connection: psycopg.Connection) -> tuple[str, ...]:
    """Empty before 0.1.0, which began to note them."""
    found = connection.execute("SELECT to_regclass('c360.releases') IS NOT NULL").fetchone()
    if found is None or not found[0]:
        return ()
    return tuple(row[0] for row in connection.execute("SELECT release FROM c360.releases").fetchall())


def compare(ledgers: Ledgers, sources: Sources) -> Status:
    """Pure comparison; `pending` and `outdated` are in the order in which they would run."""
    known = {file.migration: file for file in sources.migrations}
    pending = tuple(file.path for file in sources.migrations if file.migration not in ledgers.migrations)
    return Status(
        installed=ledgers.installed,
        pending=pending,
        changed=tuple(
            name
            for name, sha256 in sorted(ledgers.migrations.items())
            if name in known and known[name].sha256 != sha256
        ),
        unknown=tuple(sorted(set(ledgers.migrations) - set(known))),
        outdated=tuple(
            file.path for file in sources.repeatables if pending or ledgers.repeatables.get(file.path) != file.sha256
        ),
        removed=tuple(sorted(set(ledgers.repeatables) - {file.path for file in sources.repeatables})),
        newer=tuple(
            release
            for release in sorted(ledgers.releases, key=release_number)
            if release_number(release) > release_number(sources.release)
        ),
    )
