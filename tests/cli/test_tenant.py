"""`c360 tenant`: what it prints where, and how it exits."""

import json
import os

import pytest

NAME = f"cli_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"


@pytest.fixture
def tenant_command(c360, database):
    """tenant_command("list", ...) runs `c360 tenant list ...` on a database of the test's own."""
    yield lambda *arguments: c360("tenant", *arguments, "--dsn", database.dsn)
    c360("tenant", "drop", NAME, "--confirm", NAME, "--yes", "--dsn", database.dsn)


def test_a_tenant_is_created_listed_and_shown(tenant_command):
    created = tenant_command("create", NAME, "--display-name", "Shop", "--country", "VN", "--currency", "VND")
    listed = json.loads(tenant_command("list", "--json").stdout)
    shown = json.loads(tenant_command("show", NAME, "--json").stdout)

    assert (created.returncode, created.stdout) == (0, "")
    assert {"acme", NAME} <= {row["tenant"] for row in listed}
    assert (shown["display_name"], shown["default_currency"]) == ("Shop", "VND")
    assert "email" in tenant_command("show", NAME).stdout


def test_the_sql_of_a_dry_run_creates_the_tenant_with_psql_alone(tenant_command, server, database):
    rehearsed = tenant_command("create", NAME, "--dry-run")
    assert json.loads(tenant_command("list", "--json").stdout)[0]["tenant"] == "acme"

    with server.admin(database.name) as admin:
        admin.execute("SET ROLE dba")
        admin.execute(rehearsed.stdout)

    assert json.loads(tenant_command("plan", NAME, "--json").stdout)["is_empty"] is True


def test_an_attribute_travels_from_file_to_column(tenant_command, tmp_path):
    path = tmp_path / "shop.yaml"
    path.write_text(f"tenant: {NAME}\nattributes:\n  shoe_size: {{data_type: integer, is_indexed: true}}\n")

    rehearsed = tenant_command("apply", str(path), "--dry-run")
    applied = tenant_command("apply", str(path), "--yes")
    exported = tenant_command("export", NAME)
    path.write_text(exported.stdout)
    again = tenant_command("apply", str(path))

    assert "ADD COLUMN shoe_size integer" in rehearsed.stdout
    assert (applied.returncode, applied.stderr) == (0, f"tenant {NAME}: applied.\n")
    assert (again.returncode, again.stderr) == (0, f"tenant {NAME}: nothing to do.\n")


def test_a_wrong_file_is_wrong_usage(tenant_command, tmp_path):
    path = tmp_path / "shop.yaml"
    path.write_text("tenant: shop\nattributs: {}\n")

    refused = tenant_command("apply", str(path), "--yes")

    assert refused.returncode == 2
    assert "did you mean attributes?" in refused.stderr


def test_without_an_answer_nothing_is_applied(tenant_command, tmp_path):
    path = tmp_path / "shop.yaml"
    path.write_text(f"tenant: {NAME}\n")

    refused = tenant_command("apply", str(path))

    assert refused.returncode == 2
    assert [row["tenant"] for row in json.loads(tenant_command("list", "--json").stdout)] == ["acme"]


def test_dropping_needs_the_name_again_and_yes(tenant_command):
    tenant_command("create", NAME)

    codes = [
        tenant_command("drop", NAME).returncode,
        tenant_command("drop", NAME, "--yes").returncode,
        tenant_command("drop", NAME, "--confirm", "acme", "--yes").returncode,
        tenant_command("drop", NAME, "--confirm", NAME, "--yes").returncode,
        tenant_command("drop", NAME, "--confirm", NAME, "--yes").returncode,
    ]

    assert codes == [2, 2, 1, 0, 1]


def test_suspending_and_resuming_are_said(tenant_command):
    assert tenant_command("suspend", "acme").stderr == "tenant acme is suspended.\n"
    assert tenant_command("suspend", "acme").stderr == "tenant acme was already suspended.\n"
    assert tenant_command("resume", "acme").stderr == "tenant acme is active.\n"


def test_all_tenants_are_synced_at_once(tenant_command):
    assert tenant_command("sync", "--all").stderr == "tenant acme: nothing to do.\n"
    assert tenant_command("sync").returncode == 2
    assert tenant_command("sync", "acme", "--all").returncode == 2


def test_an_unknown_tenant_is_refused_with_code_and_hint(tenant_command):
    refused = tenant_command("show", "nobody")

    assert refused.returncode == 1
    assert refused.stderr.startswith("U4404: ")
    assert "hint: " in refused.stderr


def test_a_name_that_cannot_be_right_is_refused_with_the_rule(c360, database):
    refused = c360("tenant", "create", "Acme Ltd", "--dsn", database.dsn)

    assert (refused.returncode, refused.stderr[:5]) == (1, "U4410")
    assert "small letters" in refused.stderr
