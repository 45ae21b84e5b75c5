"""Write the parts of docs/reference/ that can be read from the sources; `make docs` runs it.

A page keeps its hand-written text. What stands between `<!-- begin NAME -->` and `<!-- end NAME -->` is replaced:

    errors      pg/errors.csv with docs/remedies.csv
    settings    c360.settings.Settings
    commands    the command line itself
    functions   the catalogue of a fresh installation: signatures, comments, grants; headers of the files for errors
    tables      the same catalogue: comments of tables and views
    metrics, engagement, inactivity, lead    the same catalogue: comments of columns

Holds no fact of its own: a text that reads badly is mended where it is declared.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import generate_catalogue as catalogue
import generate_sources as sources
import psycopg

DOCS = Path(__file__).resolve().parent
PAGES: dict[str, dict[str, Callable[[psycopg.Connection], str]]] = {
    "reference/errors.md": {"errors": lambda _: sources.errors()},
    "reference/settings.md": {"settings": lambda _: sources.settings()},
    "reference/cli.md": {"commands": lambda _: sources.commands()},
    "reference/functions.md": {"functions": catalogue.functions},
    "reference/scores.md": {
        name: partial(catalogue.columns, relation=f"tenant_acme.cdp_{name}")
        for name in ("metrics", "engagement", "inactivity", "lead", "lead_model", "subscriptions")
    },
    "reference/tables.md": {
        "shared": partial(catalogue.tables, schema="c360"),
        "tenant": partial(catalogue.tables, schema="tenant_acme"),
    },
}


def page(name: str, connection: psycopg.Connection) -> str:
    """The text a page should have: what is written by hand, and what is generated anew."""
    text = (DOCS / name).read_text(encoding="utf-8")
    for block, made in PAGES[name].items():
        pattern = re.compile(rf"(<!-- begin {block} -->\n).*?(<!-- end {block} -->)", re.DOTALL)
        if len(pattern.findall(text)) != 1:
            raise SystemExit(f"docs/{name} needs the block {block} exactly once")
        content = made(connection).strip()
        text = pattern.sub(lambda found, content=content: f"{found[1]}{content}\n{found[2]}", text)
    return text


def outdated(connection: psycopg.Connection) -> list[str]:
    """The pages that are not what the sources say."""
    return [name for name in PAGES if page(name, connection) != (DOCS / name).read_text(encoding="utf-8")]


def write(connection: psycopg.Connection) -> Iterable[str]:
    """Bring the pages up to date; names those that changed."""
    for name in outdated(connection):
        (DOCS / name).write_text(page(name, connection), encoding="utf-8")
        yield name


def main() -> None:
    """Install into an embedded PostgreSQL of a moment, with one tenant, and write from there."""
    from c360.embedded import EmbeddedPostgres
    from c360.governance import create_tenant
    from c360.installer.install import install
    from c360.installer.sources import load

    with tempfile.TemporaryDirectory(prefix="c360-docs-") as folder:
        Path(folder).chmod(0o755)  # started by root, the server runs as somebody else
        server = EmbeddedPostgres(Path(folder) / "data").start()
        try:
            install(server.dsn, load())
            with psycopg.connect(server.dsn) as connection:
                create_tenant(connection, "acme")
                for name in write(connection):
                    print(f"docs/{name}", file=sys.stderr)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
