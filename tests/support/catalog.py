"""Everything a database holds, as comparable text.

pg_dump knows every kind of object, with owners, rights, comments and default privileges: nothing can be forgotten here.
"""

from __future__ import annotations

import subprocess

from c360.embedded.binaries import packaged_folder
from support.server import TestServer


def catalogue(server: TestServer, database: str) -> str:
    """The definition of every object in the database."""
    done = subprocess.run(
        [packaged_folder() / "pg_dump", "--schema-only", "-d", server.dsn(database)],
        capture_output=True,
        text=True,
        check=True,
    )
    # Each dump carries a random word of its own in these two lines.
    return "\n".join(line for line in done.stdout.splitlines() if not line.startswith(("\\restrict", "\\unrestrict")))


def ledgers(server: TestServer, database: str) -> list[tuple[str, str]]:
    """All three ledgers: names and checksums."""
    with server.admin(database) as admin:
        return admin.execute(
            "SELECT migration, sha256 FROM c360.migrations"
            " UNION ALL SELECT path, sha256 FROM c360.repeatables"
            " UNION ALL SELECT release, manifest_sha256 FROM c360.releases ORDER BY 1"
        ).fetchall()
