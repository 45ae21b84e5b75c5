"""`c360 db`: install, upgrade and look after the database."""

from __future__ import annotations

import dataclasses
from inspect import cleandoc
from typing import TYPE_CHECKING, Annotated

import typer

from c360.domain.errors import UsageError
from c360.installer.install import Report, install
from c360.installer.sources import Sources, load
from c360.installer.status import Status, compare, read_ledgers
from c360.relay.secrets import Keyring, load_keyring
from c360.settings import load_settings
from c360_cli.connection import connected, database_address
from c360_cli.options import DataDir, DryRun, Dsn, Json
from c360_cli.output import print_json, say

if TYPE_CHECKING:
    from c360.installer.doctor import Finding

app = typer.Typer(
    help="Install, upgrade and look after the database.\n\nExample: c360 db install", no_args_is_help=True
)


def register(main: typer.Typer, panel: str) -> None:
    """`c360 doctor` is short for `c360 db doctor`."""
    said = cleandoc(doctor_command.__doc__ or "").replace("c360 db doctor", "c360 doctor")
    main.command("doctor", rich_help_panel=panel, help=said)(doctor_command)


@app.command("install")
def install_command(dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False, dry_run: DryRun = False) -> None:
    """Install c360, or bring it up to this release. Safe to repeat.

    Example: c360 db install --dsn postgresql://owner@db.example/crm
    """
    _install(dsn, data_dir, as_json, dry_run)


@app.command("upgrade")
def upgrade_command(dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False, dry_run: DryRun = False) -> None:
    """The same as install: runs what is missing and nothing else.

    Example: c360 db upgrade --dry-run
    """
    _install(dsn, data_dir, as_json, dry_run)


@app.command("status")
def status_command(dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Compare the database with this release. Exits 1 when they differ.

    Example: c360 db status --json
    """
    with connected(dsn, data_dir) as connection:
        status = compare(read_ledgers(connection), load())
    if as_json:
        print_json({**dataclasses.asdict(status), "is_current": status.is_current})
    else:
        _print_status(status)
    if not status.is_current:
        raise typer.Exit(1)


@app.command("doctor")
def doctor_command(
    security: Annotated[
        bool,
        typer.Option(
            "--security", help="Look for rights that are more than c360 gives, and for what could lend rights."
        ),
    ] = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Say what is wrong and how to mend it. Exits 1 when something does not work, or is open.

    Example: c360 db doctor --security
    """
    from c360.installer.doctor import examine, examine_security  # here, because it brings the slow renderer along

    with connected(dsn, data_dir) as connection:
        findings = (
            examine_security(connection) if security else examine(connection, load(), _master_keys(dsn, data_dir))
        )
    if as_json:
        print_json([dataclasses.asdict(finding) for finding in findings])
    else:
        _print_findings(findings)
    if any(finding.level == "error" for finding in findings):
        raise typer.Exit(1)


@app.command("url")
def url_command(dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Print the address of the database, password included, for psql and other tools.

    Example: c360 db url
    """
    with database_address(dsn, data_dir) as address:
        print_json({"url": address}) if as_json else print(address)


def _master_keys(dsn: str | None, data_dir: DataDir) -> Keyring | None:
    settings = load_settings(dsn=dsn, data_dir=data_dir)
    try:
        return load_keyring(
            settings.data_dir,
            master_key=settings.master_key.get_secret_value() if settings.master_key else None,
            create=False,
        )
    except UsageError:
        return None


def _install(dsn: str | None, data_dir: DataDir, as_json: bool, dry_run: bool) -> None:
    sources = load()
    if dry_run:
        with connected(dsn, data_dir) as connection:
            _print_sql(sources, compare(read_ledgers(connection), sources))
        return
    with database_address(dsn, data_dir, may_create=True) as address:
        report = install(address, sources)
    if as_json:
        print_json({**dataclasses.asdict(report), "changed": not report.changed_nothing})
        return
    _print_report(report)


def _print_sql(sources: Sources, status: Status) -> None:
    wanted = {*status.pending, *status.outdated}
    for file in (sources.bootstrap, *(file for file in sources.listed if file.path in wanted)):
        print(f"-- pg/{file.path}\n{file.text}")


def _print_report(report: Report) -> None:
    if report.changed_nothing:
        say("c360 is installed and current; nothing changed.")
        return
    for path in report.migrations:
        say(f"ran {path}")
    say(f"c360 is installed: {len(report.migrations)} migrations and {len(report.repeatables)} other files ran.")


def _print_status(status: Status) -> None:
    if not status.installed:
        print("c360 is not installed in this database; run: c360 db install")
        return
    for title, names in (
        ("migrations to run", status.pending),
        ("migrations changed after they ran (refused)", status.changed),
        ("newer releases that are installed here (refused)", status.newer),
        ("migrations of a newer release (refused)", status.unknown),
        ("files to apply", status.outdated),
        ("files this release no longer has", status.removed),
    ):
        if names:
            print(f"{title}:")
            for name in names:
                print(f"  {name}")
    if status.is_current:
        print("c360 is installed and current.")


def _print_findings(findings: list[Finding]) -> None:
    if not findings:
        print("Nothing is wrong.")
    for finding in findings:
        print(f"{finding.level}: {finding.subject}: {finding.finding}\n    {finding.remedy}")
