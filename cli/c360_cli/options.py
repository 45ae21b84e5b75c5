"""Options that many commands share, declared once so that they read and behave the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Dsn = Annotated[
    str | None,
    typer.Option("--dsn", help="Address of the database. Default: C360_DSN, DATABASE_URL, PG*, else the embedded one."),
]
DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Folder of the embedded PostgreSQL. Default: C360_DATA_DIR."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the SQL that would run, and run nothing.")]
