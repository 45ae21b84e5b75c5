"""`c360 db`: what it prints where, and how it exits."""

import json

from c360 import __version__
from c360.installer.sources import load


def test_version_is_printed(c360):
    assert c360("--version").stdout == f"c360 {__version__}\n"


def test_install_then_status_is_current(c360, empty_database):
    assert c360("db", "install", "--dsn", empty_database.dsn).returncode == 0

    status = c360("db", "status", "--json", "--dsn", empty_database.dsn)

    assert status.returncode == 0, status.stderr
    assert json.loads(status.stdout)["is_current"] is True


def test_status_of_an_empty_database_exits_one_and_says_what_to_do(c360, empty_database):
    status = c360("db", "status", "--dsn", empty_database.dsn)

    assert status.returncode == 1
    assert "c360 db install" in status.stdout


def test_upgrade_is_harmless_when_there_is_nothing_to_do(c360, empty_database):
    c360("db", "install", "--dsn", empty_database.dsn)

    again = c360("db", "upgrade", "--dsn", empty_database.dsn)

    assert (again.returncode, again.stdout) == (0, "")


def test_dry_run_prints_the_sql_and_runs_none_of_it(c360, empty_database):
    dry = c360("db", "install", "--dry-run", "--dsn", empty_database.dsn)

    assert dry.returncode == 0, dry.stderr
    assert all(f"-- pg/{file.path}\n{file.text}" in dry.stdout for file in load().listed)
    assert c360("db", "status", "--dsn", empty_database.dsn).returncode == 1


def test_the_address_comes_from_the_flag_before_the_environment_before_the_file(c360, empty_database, tmp_path):
    nowhere = "postgresql://nobody@127.0.0.1:1/nowhere"
    (tmp_path / ".env").write_text(f"DATABASE_URL={nowhere}\n")

    assert c360("db", "url").stdout.strip() == nowhere
    assert c360("db", "url", DATABASE_URL="postgresql:///env").stdout.strip() == "postgresql:///env"
    assert c360("db", "url", "--dsn", "postgresql:///flag", DATABASE_URL="postgresql:///env").stdout.strip() == (
        "postgresql:///flag"
    )


def test_the_variables_of_postgresql_are_understood(c360, server, empty_database):
    done = c360("db", "install", PGHOST=server.folder, PGUSER="dba", PGDATABASE=empty_database.name)

    assert done.returncode == 0, done.stderr


def test_an_unreachable_database_exits_one_with_code_and_hint(c360):
    done = c360("db", "status", "--dsn", "postgresql://nobody@127.0.0.1:1/nowhere")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("U9102: ")
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_usage_exits_two(c360):
    assert c360("db", "no-such-command").returncode == 2
    assert c360("db", "status", "--no-such-option").returncode == 2


def test_a_malformed_address_is_wrong_usage_or_refused_but_never_a_traceback(c360):
    done = c360("db", "status", "--dsn", "not an address")

    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
