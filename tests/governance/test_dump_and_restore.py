"""One tenant as a file: what comes back is what was dumped, elsewhere and under another name, whole or not at all."""

from __future__ import annotations

import json
import subprocess
import zipfile

import psycopg
import pytest

from c360.domain.errors import GovernanceRefused, UsageError
from c360.embedded.binaries import packaged_folder
from c360.governance import create_tenant, drop_tenant, dump_tenant, plan_tenant, restore_tenant, sync_tenant
from c360.governance.archive import reading
from c360.installer.install import install
from c360.installer.sources import load
from support.events import identify, ingest, page, track
from support.server import OWNER, bare_server
from support.session import Session

TABLES = "SELECT table_name FROM c360._tenant_tables(%s)"
METADATA = "SELECT c360._identity_metadata(%s)"


def quiet(_table: str, _rows: int) -> None:
    """Nobody watches."""


def rows(session: Session, tenant: str) -> dict[str, list[str]]:
    """Every row of every table, computed columns too."""
    return {
        table: session.column(f"SELECT to_jsonb(kept.*)::text FROM tenant_{tenant}.{table} AS kept ORDER BY 1")
        for table in session.column(TABLES, tenant)
    }


def shape(server, database: str, tenant: str) -> list[str]:
    """The schema as pg_dump tells it; the order of columns says when they were added and is left out."""
    done = subprocess.run(
        [packaged_folder() / "pg_dump", "--schema-only", "-n", f"tenant_{tenant}", "-d", server.dsn(database)],
        capture_output=True,
        text=True,
        check=True,
    )
    text = done.stdout.replace(f"tenant_{tenant}", "tenant_acme").replace(f"c360_{tenant}_", "c360_acme_")
    text = text.replace(f"'{tenant}'", "'acme'")
    lines = (line.strip().rstrip(",") for line in text.splitlines() if not line.startswith(("\\", "--")))
    return sorted(line for line in lines if line)


@pytest.fixture(scope="module")
def filled(clone):
    """The name of a database like shop, which is cloned for each test."""
    with clone() as database:
        with psycopg.connect(database.dsn, autocommit=True) as connection:
            fill(Session(connection))
        yield database.name


@pytest.fixture
def database(clone, filled):
    with clone(filled) as database:
        yield database


@pytest.fixture
def shop(connect) -> Session:
    """Tenant acme with something in most of its tables, a retired attribute, a rule, a key and a past."""
    return connect(autocommit=True)


def fill(session):
    session.execute(
        "INSERT INTO c360.profile_attributes (tenant, attribute, data_type, trait_paths, is_indexed)"
        " VALUES ('acme', 'shoe_size', 'integer', '{shoeSize}', true), ('acme', 'nickname', 'text', '{nick}', false)"
    )
    session.execute(
        "INSERT INTO c360.match_rules (tenant, rule, kind, definition) VALUES ('acme', 'same_name', 'composite', %s)",
        {
            "all": [
                {"attribute": "last_name", "compare": "exact"},
                {"attribute": "date_of_birth", "compare": "exact"},
            ]
        },
    )
    sync_tenant(session.connection, "acme")
    session.call("c360.create_api_key", "acme", "shop", "write", "shop", bytes(range(32)), "c360_wk_te")
    ingest(
        session,
        identify("u1", email="lan@example.com", nick="La\tn\\", shoeSize=38, lastName="Đặng", birthday="1990-02-03"),
        identify("u2", email="lan@example.com", nick="Lan\nO'Hara"),
        page(anonymousId="a7", url="https://shop.example/é"),
        track("Order Completed", anonymousId="a7", properties={"order_id": "o1", "total": 12.5, "currency": "USD"}),
        {"type": "nonsense", "anonymousId": "a9"},
    )
    ingest(session, identify("u3", email="minh@example.com"), sentAt=None)
    session.call("c360.resolve_identities", "acme")
    session.execute(
        "UPDATE tenant_acme.cdp_master_profiles SET nickname = 'Bee' WHERE master_profile_id ="
        " (SELECT min(master_profile_id::text)::uuid FROM tenant_acme.cdp_master_profiles)"
    )
    ingest(session, page(anonymousId="still-waiting"))
    session.execute(
        "UPDATE c360.profile_attributes SET status = 'retired' WHERE tenant = 'acme' AND attribute = 'nickname'"
    )
    sync_tenant(session.connection, "acme")


@pytest.fixture(scope="module")
def installed(clone):
    """The name of a database with c360 and no tenant in it."""
    with clone("template0") as database:
        install(database.dsn, load())
        yield database.name


@pytest.fixture
def elsewhere(clone, installed):
    """Another database with c360 and no tenant in it."""
    with clone(installed) as target, psycopg.connect(target.dsn, autocommit=True) as connection:
        yield Session(connection)


@pytest.fixture(scope="module")
def barren(module_database):
    """The same for tests after which no tenant may be there."""
    with psycopg.connect(module_database.dsn, autocommit=True) as connection:
        drop_tenant(connection, "acme", confirm="acme")
        yield Session(connection)


def test_everything_comes_back_in_another_database(server, database, shop, elsewhere, tmp_path):
    dumped = dump_tenant(shop.connection, "acme", tmp_path / "acme.c360", quiet)

    restored = restore_tenant(elsewhere.connection, tmp_path / "acme.c360", None, quiet)

    assert rows(elsewhere, "acme") == rows(shop, "acme")
    assert (restored.tenant, restored.rows, restored.api_keys) == ("acme", dumped.rows, 1)
    assert shape(server, elsewhere.value("SELECT current_database()"), "acme") == shape(server, database.name, "acme")
    assert elsewhere.value(METADATA, "acme") == shop.value(METADATA, "acme")
    history = "SELECT version, checksum, changes, recorded_by FROM c360.metadata_versions ORDER BY 1"
    assert elsewhere.rows(history) == shop.rows(history)
    assert plan_tenant(elsewhere.connection, "acme").is_empty


def test_a_restored_tenant_goes_on_where_the_other_stood(shop, elsewhere, tmp_path):
    dump_tenant(shop.connection, "acme", tmp_path / "acme.c360", quiet)
    restore_tenant(elsewhere.connection, tmp_path / "acme.c360", None, quiet)
    outcomes = []
    for session in (shop, elsewhere):
        ingest(session, identify("u3", phone="+84 90 123 45 67"), track("Order Completed", "m-new", properties={}))
        session.call("c360.resolve_identities", "acme")
        outcomes.append(
            session.rows("SELECT email, nickname, version FROM tenant_acme.cdp_master_profiles ORDER BY 1, 2, 3")
            + session.rows("SELECT max(event_id) FROM tenant_acme.cdp_behavioral_events")
        )

    assert outcomes[0] == outcomes[1]


def test_an_event_that_was_accepted_before_the_dump_is_a_duplicate_after_it(shop, elsewhere, tmp_path):
    ingest(shop, page("m-1"))
    dump_tenant(shop.connection, "acme", tmp_path / "acme.c360", quiet)
    restore_tenant(elsewhere.connection, tmp_path / "acme.c360", None, quiet)

    assert ingest(elsewhere, page("m-1"))["duplicates"] == 1


def test_under_another_name_beside_the_original(server, database, shop, new_name, tmp_path):
    name = f"copy_{new_name}"[:31]
    dump_tenant(shop.connection, "acme", tmp_path / "acme.c360", quiet)

    restored = restore_tenant(shop.connection, tmp_path / "acme.c360", name, quiet)

    assert rows(shop, name) == rows(shop, "acme")
    assert shape(server, database.name, name) == shape(server, database.name, "acme")
    assert (restored.api_keys, restored.keys_left_out) == (0, 1)
    assert shop.value("SELECT tenant FROM c360.api_keys") == "acme"
    assert shop.value("SELECT to_regrole(%s) IS NOT NULL", f"c360_{name}_reader")


def test_in_another_cluster_under_another_name_with_a_role_for_each_kind(shop, tmp_path):
    dump_tenant(shop.connection, "acme", tmp_path / "acme.c360", quiet)
    with bare_server() as other:
        with other.admin() as admin:
            admin.execute(f"CREATE ROLE {OWNER} LOGIN CREATEROLE")
        other.create_database("shop")
        install(other.dsn("shop", OWNER), load())
        with psycopg.connect(other.dsn("shop", OWNER), autocommit=True) as connection:
            there = Session(connection)

            restore_tenant(connection, tmp_path / "acme.c360", "globex", quiet)

            assert rows(there, "globex") == rows(shop, "acme")
            roles = "SELECT rolname FROM pg_roles WHERE rolname LIKE 'c360_globex_%' ORDER BY 1"
            assert there.column(roles) == [f"c360_globex_{kind}" for kind in ("admin", "reader", "segments", "writer")]
            assert there.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'tenant_acme'") == 0


def test_events_lie_in_the_partitions_they_had(shop, elsewhere, tmp_path):
    shop.execute("CREATE TEMPORARY TABLE old AS SELECT * FROM tenant_acme.cdp_behavioral_events LIMIT 1")
    shop.execute(
        "INSERT INTO tenant_acme.cdp_behavioral_events OVERRIDING SYSTEM VALUE"
        " SELECT event_id, '2001-02-03 04:05+00', occurred_at, clock_status, raw_profile_id, source, message_id,"
        " type, event_name, payload FROM old"
    )
    shop.call("c360.maintain_event_partitions", "acme")
    dump_tenant(shop.connection, "acme", tmp_path / "acme.c360", quiet)

    restore_tenant(elsewhere.connection, tmp_path / "acme.c360", None, quiet)

    places = "SELECT event_id, tableoid::regclass::text FROM tenant_acme.cdp_behavioral_events ORDER BY 1, 2"
    assert elsewhere.rows(places) == shop.rows(places)
    assert any("y2001m02" in place for _, place in elsewhere.rows(places))


def test_a_tenant_that_is_there_is_not_touched(shop, tmp_path):
    dump_tenant(shop.connection, "acme", tmp_path / "acme.c360", quiet)
    before = rows(shop, "acme")

    with pytest.raises(psycopg.Error) as refused:
        restore_tenant(shop.connection, tmp_path / "acme.c360", None, quiet)

    assert refused.value.sqlstate == "U4409"
    assert rows(shop, "acme") == before


def test_what_was_dropped_comes_back_with_its_keys(shop, tmp_path):
    dump_tenant(shop.connection, "acme", tmp_path / "acme.c360", quiet)
    before, keys = rows(shop, "acme"), shop.rows("SELECT name, key_hash FROM c360.api_keys")
    drop_tenant(shop.connection, "acme", confirm="acme")

    restore_tenant(shop.connection, tmp_path / "acme.c360", None, quiet)

    assert rows(shop, "acme") == before
    assert shop.rows("SELECT name, key_hash FROM c360.api_keys") == keys


def test_a_dry_run_does_it_all_and_keeps_nothing(shop, barren, tmp_path):
    dumped = dump_tenant(shop.connection, "acme", tmp_path / "acme.c360", quiet)

    restored = restore_tenant(barren.connection, tmp_path / "acme.c360", None, quiet, dry_run=True)

    assert restored.rows == dumped.rows
    assert barren.value("SELECT count(*) FROM c360.tenants") == 0
    assert barren.value("SELECT to_regnamespace('tenant_acme') IS NULL")


def rewritten(source, target, change) -> None:
    """A copy of an archive in which `change(name, bytes)` had its way with every member."""
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w") as after:
        for name in before.namelist():
            if (content := change(name, before.read(name))) is not None:
                after.writestr(name, content)


def changed_tenant(**parts):
    def change(name: str, content: bytes) -> bytes:
        return json.dumps({**json.loads(content), **parts}).encode() if name == "tenant.json" else content

    return change


BROKEN = {
    "a table is missing": lambda n, c: None if n == "tables/cdp_raw_profiles.copy" else c,
    "a table is short": lambda n, c: c[: c.index(b"\n") + 1] if n == "tables/cdp_raw_profiles.copy" else c,
    "a row refers to nothing": lambda n, c: b"" if n == "tables/cdp_raw_profiles.copy" else c,
    "no documents": lambda n, c: None if n.endswith(".json") else c,
    "another format": lambda n, c: c.replace(b'"format": 1', b'"format": 2') if n == "dump.json" else c,
    "a newer release": lambda n, c: c.replace(b'"release": "', b'"release": "9') if n == "dump.json" else c,
    "an unknown migration": changed_tenant(migrations=["migrations/0001_tables.sql.j2", "migrations/9999_x.sql.j2"]),
    "a part of another kind": changed_tenant(tables="cdp_raw_profiles"),
    "a kind of role there is none of": changed_tenant(members=[{"kind": "owner", "member": "lan"}]),
    "a part is missing": lambda n, c: json.dumps({"tenant": "acme"}).encode() if n == "tenant.json" else c,
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_a_file_that_is_not_right_leaves_nothing_behind(shop, barren, tmp_path, change):
    dump_tenant(shop.connection, "acme", tmp_path / "acme.c360", quiet)
    rewritten(tmp_path / "acme.c360", tmp_path / "broken.c360", change)

    with pytest.raises((GovernanceRefused, psycopg.Error)) as refused:
        restore_tenant(barren.connection, tmp_path / "broken.c360", None, quiet)

    code = getattr(refused.value, "code", None) or refused.value.sqlstate
    assert code in {"U4432", "U4431", "23503"}
    assert barren.value("SELECT count(*) FROM c360.tenants") == 0
    assert barren.value("SELECT to_regnamespace('tenant_acme') IS NULL")


def test_damage_in_the_middle_and_half_a_file_are_noticed(shop, barren, tmp_path):
    path = tmp_path / "acme.c360"
    dump_tenant(shop.connection, "acme", path, quiet)
    whole = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        place = archive.getinfo("tables/cdp_raw_profiles.copy").header_offset + 80
    for damaged in (whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :], whole[: len(whole) // 2], b""):
        path.write_bytes(damaged)

        with pytest.raises(GovernanceRefused) as refused:
            restore_tenant(barren.connection, path, None, quiet)

        assert refused.value.code == "U4432"
        assert barren.value("SELECT count(*) FROM c360.tenants") == 0


SMUGGLED = {
    "a table of another schema": {"table_name": '"; DROP SCHEMA c360 CASCADE; --', "columns": ["x"], "partitions": []},
    "a table that is not there": {"table_name": "evil", "columns": ["x"], "partitions": []},
    "a column that is not there": {"table_name": "cdp_raw_profiles", "columns": ["evil"], "partitions": []},
    "a column that is computed": {
        "table_name": "cdp_raw_profiles",
        "columns": ["raw_profile_id", "content_hash"],
        "partitions": [],
    },
    "a view": {"table_name": "cdp_profiles", "columns": ["master_profile_id"], "partitions": []},
}


@pytest.mark.parametrize("table", SMUGGLED.values(), ids=SMUGGLED)
def test_a_file_cannot_write_anywhere_but_into_tables_of_its_tenant(shop, barren, tmp_path, table):
    dump_tenant(shop.connection, "acme", tmp_path / "acme.c360", quiet)
    with reading(tmp_path / "acme.c360") as archive:
        tables = json.loads(archive.tenant_text)["tables"]
    others = [other for other in tables if other["table_name"] != table["table_name"]]
    rewritten(tmp_path / "acme.c360", tmp_path / "evil.c360", changed_tenant(tables=[*others, table]))

    with pytest.raises(GovernanceRefused) as refused:
        restore_tenant(barren.connection, tmp_path / "evil.c360", None, quiet)

    assert refused.value.code == "U4431"
    assert barren.value("SELECT to_regnamespace('c360') IS NOT NULL")
    assert barren.value("SELECT count(*) FROM c360.tenants") == 0


def test_functions_that_somebody_put_into_the_schema_do_not_travel(server, database, shop, elsewhere, tmp_path):
    with server.admin(database.name) as admin:
        admin.execute(
            "CREATE FUNCTION tenant_acme.evil() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
            "CREATE TABLE tenant_acme.evil_table (x integer); INSERT INTO tenant_acme.evil_table VALUES (1);"
            "CREATE TRIGGER evil BEFORE INSERT ON tenant_acme.cdp_raw_profiles FOR EACH ROW"
            " EXECUTE FUNCTION tenant_acme.evil()"
        )
    dump_tenant(shop.connection, "acme", tmp_path / "acme.c360", quiet)

    restore_tenant(elsewhere.connection, tmp_path / "acme.c360", None, quiet)

    assert rows(elsewhere, "acme") == rows(shop, "acme")
    assert elsewhere.value("SELECT to_regproc('tenant_acme.evil') IS NULL")
    assert elsewhere.value("SELECT to_regclass('tenant_acme.evil_table') IS NULL")
    assert elsewhere.value("SELECT count(*) FROM pg_trigger WHERE tgname = 'evil'") == 0


def test_metadata_of_a_file_pass_the_checks_of_the_tables(shop, barren, tmp_path):
    dump_tenant(shop.connection, "acme", tmp_path / "acme.c360", quiet)
    with reading(tmp_path / "acme.c360") as archive:
        metadata = json.loads(archive.tenant_text)["metadata"]
    metadata["profile_attributes"][0]["attribute"] = "x integer); DROP SCHEMA c360 CASCADE; --"
    rewritten(tmp_path / "acme.c360", tmp_path / "evil.c360", changed_tenant(metadata=metadata))

    with pytest.raises(psycopg.errors.CheckViolation):
        restore_tenant(barren.connection, tmp_path / "evil.c360", None, quiet)

    assert barren.value("SELECT count(*) FROM c360.tenants") == 0


def test_only_the_owner_dumps_and_restores(server, database, shop, tmp_path):
    dump_tenant(shop.connection, "acme", tmp_path / "acme.c360", quiet)
    person = f"person_{database.name}"
    with server.admin() as admin:
        admin.execute(f"CREATE ROLE {person} LOGIN IN ROLE c360_acme_admin")
    try:
        with psycopg.connect(database.dsn_as(person), autocommit=True) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                dump_tenant(connection, "acme", tmp_path / "theirs.c360", quiet)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                restore_tenant(connection, tmp_path / "acme.c360", "globex", quiet)
    finally:
        with server.admin() as admin:
            admin.execute(f"DROP ROLE {person}")

    assert not (tmp_path / "theirs.c360").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["acme.c360"]


def test_a_dump_is_one_moment_while_others_write(connect, shop, elsewhere, tmp_path):
    writer = connect(autocommit=True)
    sent = 0

    def write_more(_table: str, _rows: int) -> None:
        nonlocal sent
        sent += 1
        ingest(writer, identify(f"late{sent}", email=f"late{sent}@example.com"))
        writer.call("c360.resolve_identities", "acme")

    before = rows(shop, "acme")
    dump_tenant(shop.connection, "acme", tmp_path / "acme.c360", write_more)
    restore_tenant(elsewhere.connection, tmp_path / "acme.c360", None, quiet)

    assert sent > 10
    assert rows(elsewhere, "acme") == before
    ingest(elsewhere, identify("next"))
    assert elsewhere.call("c360.resolve_identities", "acme")


def test_the_file_is_for_its_owner_alone_and_none_is_overwritten(shop, tmp_path):
    path = tmp_path / "acme.c360"
    dump_tenant(shop.connection, "acme", path, quiet)

    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError):
        dump_tenant(shop.connection, "acme", path, quiet)


def test_columns_that_were_never_synced_are_filled_after_the_restore(shop, elsewhere, tmp_path):
    ingest(shop, identify("u1", colour="red"))
    shop.call("c360.resolve_identities", "acme")
    shop.execute(
        "INSERT INTO c360.profile_attributes (tenant, attribute, data_type, trait_paths)"
        " VALUES ('acme', 'colour', 'text', '{colour}')"
    )
    dump_tenant(shop.connection, "acme", tmp_path / "acme.c360", quiet)

    restore_tenant(elsewhere.connection, tmp_path / "acme.c360", None, quiet)
    elsewhere.call("c360.resolve_identities", "acme")

    assert "red" in elsewhere.column("SELECT colour FROM tenant_acme.cdp_master_profiles")


def test_a_second_tenant_in_the_database_stays_as_it_is(connect, shop, new_name, tmp_path):
    create_tenant(shop.connection, new_name)
    dump_tenant(shop.connection, "acme", tmp_path / "acme.c360", quiet)
    drop_tenant(shop.connection, "acme", confirm="acme")
    before = rows(shop, new_name)

    restore_tenant(shop.connection, tmp_path / "acme.c360", None, quiet)

    assert rows(shop, new_name) == before
    drop_tenant(shop.connection, new_name, confirm=new_name)


def test_a_suspended_tenant_travels_as_such_and_is_resumed_there(shop, elsewhere, tmp_path):
    shop.call("c360.suspend_tenant", "acme")
    dump_tenant(shop.connection, "acme", tmp_path / "acme.c360", quiet)
    restore_tenant(elsewhere.connection, tmp_path / "acme.c360", None, quiet)

    with pytest.raises(psycopg.DatabaseError) as refused:
        ingest(elsewhere, page("m-1"))
    elsewhere.call("c360.resume_tenant", "acme")

    assert refused.value.sqlstate == "U4423"
    assert ingest(elsewhere, page("m-1"))["accepted"] == 1


@pytest.mark.parametrize("name", ["acme", "acme_two"])
def test_who_was_erased_stays_out_where_the_tenant_is_restored(shop, elsewhere, tmp_path, name):
    ingest(shop, identify("u-gone-17", "m-gone", email="gone@example.com"), page("m-old", userId="u1"))
    shop.call("c360.resolve_identities", "acme")
    shop.call("c360.erase_profile", "acme", "user_id", "u-gone-17", "case 17")
    shop.call("c360.set_retention", "acme", "events", "90 days")
    shop.execute("DELETE FROM tenant_acme.cdp_behavioral_events")

    dump_tenant(shop.connection, "acme", tmp_path / "acme.c360", quiet)
    restore_tenant(elsewhere.connection, tmp_path / "acme.c360", name, quiet)

    before = elsewhere.value(f"SELECT count(*) FROM tenant_{name}.cdp_raw_profiles")
    late = [page("m-gone", userId="u9"), page("m-old", userId="u9")]
    assert elsewhere.call("c360.ingest", name, late, "web")["duplicates"] == 2
    elsewhere.call("c360.ingest", name, [identify("u-gone-17"), identify("u9", email="GONE@example.com")], "web")
    assert elsewhere.value(f"SELECT count(*) FROM tenant_{name}.cdp_raw_profiles") == before
    (erasure,) = elsewhere.call_rows("c360.erasures", name)
    assert (erasure["reason"], erasure["suppressed"], erasure["refused_count"]) == ("case 17", 2, 2)
    assert elsewhere.rows("SELECT tenant, kind FROM c360.retention_policies") == [(name, "events")]
    assert elsewhere.call("c360.lift_suppression", name, "email", "gone@example.com")
