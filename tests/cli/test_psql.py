"""`c360 psql`: psql itself, with a tenant's names at hand, and no password where others see it."""

import pytest

from c360.domain.errors import OperationsRefused
from c360_cli import psql as psql_command
from support.command_line import clean_environment
from support.events import identify, ingest
from support.terminal import CTRL_C, at_a_terminal


@pytest.fixture
def psql(command_line, database, tmp_path):
    """psql(arguments...): c360 psql on the database of the test, with `more` in its environment."""

    def run(*arguments, text="", **more):
        environment = clean_environment(**{"DATABASE_URL": database.dsn, "PSQLRC": "/dev/null", **more})
        return command_line.run("psql", *arguments, cwd=tmp_path, environment=environment, text=text)

    return run


@pytest.fixture
def fake_psql(tmp_path):
    """fake_psql(version): a folder with a psql that says it is of this version, and shows how it was called."""

    def make(version):
        folder = tmp_path / f"fake-{version}"
        folder.mkdir()
        program = folder / "psql"
        program.write_text(
            f'#!/bin/sh\n[ "$1" = --version ] && echo "psql (PostgreSQL) {version}" && exit\n'
            'echo "fake $*"; echo "password=$PGPASSWORD"; exit 7\n'
        )
        program.chmod(0o755)
        return str(folder)

    return make


def test_functions_and_tables_of_the_tenant_have_short_names(psql, connect):
    session = connect(autocommit=True)
    ingest(session, identify("u1", "m1", email="lan@example.com"))
    session.call("c360.resolve_identities", "acme")

    done = psql(
        "acme",
        "-XAt",
        "-c",
        "SELECT count(*) FROM cdp_master_profiles",
        "-c",
        "SELECT profile('email', 'lan@example.com')",
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1\n{")
    assert "lan@example.com" in done.stdout


def test_without_a_tenant_it_is_plain_psql(psql):
    done = psql("-XAtc", "SHOW search_path")

    assert (done.returncode, done.stdout) == (0, '"$user", public\n')
    assert psql("--", "-XAt", "-c", "SELECT 1").stdout == "1\n"
    assert psql("acme", "--", "-XAt", "-c", "SELECT current_schema()").stdout == "tenant_acme\n"


def test_what_others_make_does_not_come_before_what_is_of_the_tenant(psql, server, database):
    with server.admin(database.name) as admin:
        admin.execute(
            "GRANT CREATE ON SCHEMA public TO PUBLIC; GRANT TEMPORARY ON DATABASE " + database.name + " TO PUBLIC"
        )
    hostile = "CREATE TABLE public.cdp_profiles (x text); CREATE TEMPORARY TABLE cdp_profiles (x text);"

    done = psql(
        "acme",
        "-XAtq",
        "-c",
        hostile,
        "-c",
        "SELECT 'cdp_profiles'::regclass::oid = 'tenant_acme.cdp_profiles'::regclass",
    )

    assert (done.returncode, done.stdout) == (0, "t\n"), done.stderr


def test_statements_come_from_files_and_from_standard_input_and_the_exit_code_is_psqls(psql, tmp_path):
    (tmp_path / "some.sql").write_text("SELECT 'from a file';\n")

    assert psql("acme", "-XAt", "-f", "some.sql").stdout == "from a file\n"
    assert psql("acme", "-XAt", text="SELECT 'from input';\n").stdout == "from input\n"
    assert psql("acme", "-X", "-c", "SELECT nonsense").returncode == 1
    assert psql("acme", "-X", "-v", "ON_ERROR_STOP=1", text="SELECT nonsense;").returncode == 3


@pytest.mark.parametrize(("tenant", "code"), [("nobody", "U4404"), ("No-Name", "U4404"), ("x;drop", "U4404")])
def test_a_wrong_tenant_is_told_before_psql_starts(psql, fake_psql, tenant, code):
    done = psql(tenant, PATH=fake_psql("99"))

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(code)
    assert "hint:" in done.stderr


def test_a_tenant_that_is_not_for_this_role_is_told(psql, server, database):
    with server.admin() as admin:
        admin.execute("DROP ROLE IF EXISTS psql_nobody; CREATE ROLE psql_nobody LOGIN")
    try:
        done = psql("acme", "-c", "SELECT 1", DATABASE_URL=database.dsn_as("psql_nobody"))
    finally:
        with server.admin() as admin:
            admin.execute("DROP ROLE psql_nobody")

    assert done.returncode == 1
    assert done.stderr.startswith("42501")
    assert "c360_acme_reader" in done.stderr


def test_the_password_is_in_the_environment_and_not_on_the_command_line(psql, database, fake_psql):
    dsn = f"{database.dsn}&password=only%20for%20us&sslpassword=nor%20this"

    done = psql("acme", "-c", "SELECT 1", DATABASE_URL=dsn, PATH=fake_psql("99"))

    assert done.returncode == 7
    called, password = done.stdout.splitlines()
    assert "only for us" not in called
    assert "nor this" not in called
    assert password == "password=only for us"
    assert called.endswith("-c SELECT 1")


def test_an_older_psql_than_the_server_gives_way_to_the_packaged_one(psql, fake_psql):
    assert psql("acme", "-XAtc", "SELECT 1", PATH=fake_psql("9.6.24")).stdout == "1\n"
    assert psql("acme", "-XAtc", "SELECT 1", PATH="/nonexistent").stdout == "1\n"


def test_no_psql_anywhere_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(psql_command, "packaged_folder", lambda: tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(OperationsRefused) as refused:
        psql_command.program_for(18)

    assert refused.value.code == "U9017"
    assert refused.value.hint


def test_no_server_is_our_error(psql):
    done = psql("acme", DATABASE_URL="postgresql://dba@127.0.0.1:1/none")

    assert done.returncode == 1
    assert "hint:" in done.stderr


def test_options_of_the_address_are_kept(psql, database):
    dsn = f"{database.dsn}&options=-c%20statement_timeout%3D4321"

    assert psql("acme", "-XAtc", "SHOW statement_timeout", DATABASE_URL=dsn).stdout == "4321ms\n"
    assert psql("acme", "-XAtc", "SHOW work_mem", PGOPTIONS="-c work_mem=5MB").stdout == "5MB\n"
    assert psql("acme", "-XAtc", "SHOW application_name").stdout == "c360 psql\n"


def test_at_a_terminal_the_prompt_names_the_tenant_and_ctrl_c_is_for_psql(database, tmp_path):
    environment = clean_environment(DATABASE_URL=database.dsn, PSQLRC="/dev/null", PSQL_PAGER="cat", TERM="dumb")
    with at_a_terminal("psql", "acme", environment=environment, cwd=tmp_path) as terminal:
        terminal.until("acme ")
        terminal.until("=")
        terminal.type(b"SELECT 'sleeps', pg_sleep(600);\n")
        terminal.until("sleeps")
        # Again, because the first may come before the statement has reached the server.
        terminal.until("canceling statement", again=CTRL_C)
        terminal.type(b"SELECT 40 + 2;\n")
        terminal.until("42")
        terminal.type(b"\\q\n")

        assert terminal.process.wait(60) == 0
