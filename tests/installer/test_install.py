"""Both ways of installing: once, again, together, and when they must refuse."""

import dataclasses
import shutil

import psycopg
import pytest

from c360.domain.errors import OperationsRefused, class_for
from c360.installer import manifest
from c360.installer.doctor import examine
from c360.installer.install import install
from c360.installer.sources import Sources, SqlFile, load, sql_root
from c360.installer.status import compare, read_ledgers
from support.catalog import catalogue, ledgers

INSTALL_SQL = str(sql_root() / "install.sql")


def with_changed(sources: Sources, path: str, text: str) -> Sources:
    def change(files):
        return tuple(SqlFile(file.path, text) if file.path == path else file for file in files)

    return dataclasses.replace(sources, migrations=change(sources.migrations), repeatables=change(sources.repeatables))


def test_psql_and_python_give_the_same_catalogue(server, make_empty_database):
    by_psql, by_python = make_empty_database(), make_empty_database()

    done = server.psql(by_psql.name, "-f", INSTALL_SQL)
    install(by_python.dsn, load())

    assert done.returncode == 0, done.stderr
    assert catalogue(server, by_psql.name) == catalogue(server, by_python.name)
    assert ledgers(server, by_psql.name) == ledgers(server, by_python.name)


def test_installing_twice_with_psql_changes_nothing(server, empty_database):
    first = server.psql(empty_database.name, "-f", INSTALL_SQL)
    before = catalogue(server, empty_database.name), ledgers(server, empty_database.name)

    second = server.psql(empty_database.name, "-f", INSTALL_SQL)

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert (first.stdout, first.stderr, second.stdout, second.stderr) == ("", "", "", "")
    assert (catalogue(server, empty_database.name), ledgers(server, empty_database.name)) == before


def test_installing_twice_with_python_runs_nothing_the_second_time(server, empty_database):
    first = install(empty_database.dsn, load())
    before = catalogue(server, empty_database.name)

    second = install(empty_database.dsn, load())

    assert len(first.migrations) == len(load().migrations)
    assert second.changed_nothing
    assert catalogue(server, empty_database.name) == before


def test_either_way_continues_what_the_other_began(server, empty_database):
    assert server.psql(empty_database.name, "-f", INSTALL_SQL).returncode == 0

    report = install(empty_database.dsn, load())

    assert report.changed_nothing
    assert server.psql(empty_database.name, "-f", INSTALL_SQL).returncode == 0


def test_eight_installers_at_once_all_succeed(server, empty_database, in_background):
    by_python = [in_background(install, empty_database.dsn, load()) for _ in range(4)]
    by_psql = [in_background(server.psql, empty_database.name, "-f", INSTALL_SQL) for _ in range(4)]

    assert [done.result().stderr for done in by_psql] == [""] * 4
    assert [done.result().returncode for done in by_psql] == [0] * 4
    for report in by_python:
        report.result()
    assert install(empty_database.dsn, load()).changed_nothing


def test_a_changed_migration_is_refused_by_python(empty_database):
    sources = load()
    install(empty_database.dsn, sources)
    first = sources.migrations[0]

    with pytest.raises(OperationsRefused) as refused:
        install(empty_database.dsn, with_changed(sources, first.path, first.text + "-- changed\n"))

    assert refused.value.code == "U9002"
    assert refused.value.hint


def test_a_changed_migration_is_refused_by_psql(server, empty_database, tmp_path):
    install(empty_database.dsn, load())
    copy = shutil.copytree(sql_root(), tmp_path / "pg")
    migration = copy / load().migrations[0].path
    migration.write_text(migration.read_text() + "-- changed\n")
    (copy / "manifest.sql").write_text(manifest.render(load(copy)))

    done = server.psql(empty_database.name, "-v", "VERBOSITY=verbose", "-f", str(copy / "install.sql"))

    assert done.returncode == 3
    assert "U9002" in done.stderr


def test_older_code_on_a_newer_database_is_refused(empty_database):
    sources = load()
    install(empty_database.dsn, sources)

    with pytest.raises(OperationsRefused) as refused:
        install(empty_database.dsn, dataclasses.replace(sources, migrations=sources.migrations[:-1]))

    assert refused.value.code == "U9006"


def test_an_older_release_is_refused_even_where_only_function_files_differ(server, empty_database):
    sources = load()
    install(empty_database.dsn, sources)
    changed = sources.repeatables[-1]
    older = dataclasses.replace(with_changed(sources, changed.path, changed.text + "-- older\n"), release="0.0.9")
    before = ledgers(server, empty_database.name)

    with pytest.raises(OperationsRefused) as refused:
        install(empty_database.dsn, older)

    assert refused.value.code == "U9006"
    assert ledgers(server, empty_database.name) == before


def test_psql_refuses_an_older_release_where_only_function_files_differ(server, empty_database, tmp_path):
    install(empty_database.dsn, dataclasses.replace(load(), release="99.0.0"))

    done = server.psql(empty_database.name, "-v", "VERBOSITY=verbose", "-f", INSTALL_SQL)

    assert done.returncode == 3
    assert "U9006" in done.stderr


def test_a_newer_release_is_installed_and_both_are_noted(server, empty_database):
    sources = load()
    install(empty_database.dsn, dataclasses.replace(sources, release="0.0.10"))
    install(empty_database.dsn, dataclasses.replace(sources, release="0.0.11.dev1"))

    assert install(empty_database.dsn, sources).changed_nothing
    with server.admin(empty_database.name) as admin:
        noted = admin.execute("SELECT release, manifest_sha256 FROM c360.releases ORDER BY release").fetchall()
    assert noted == [(release, sources.sha256) for release in ("0.0.10", "0.0.11.dev1", sources.release)]


def test_work_in_progress_on_one_version_goes_back_and_forth(server, empty_database):
    sources = load()
    path = sources.repeatables[-1].path
    changed = with_changed(sources, path, sources.repeatables[-1].text + "-- changed\n")

    for wanted in (sources, changed, sources, changed):
        assert path in install(empty_database.dsn, wanted).repeatables

    with server.admin(empty_database.name) as admin:
        assert admin.execute("SELECT manifest_sha256 FROM c360.releases").fetchall() == [(changed.sha256,)]


def test_status_and_doctor_name_the_newer_release(empty_database):
    sources = load()
    install(empty_database.dsn, dataclasses.replace(sources, release="99.0.0"))

    with psycopg.connect(empty_database.dsn, autocommit=True) as connection:
        status = compare(read_ledgers(connection), sources)
        found = examine(connection, sources)

    assert (status.newer, status.is_current) == (("99.0.0",), False)
    assert ["99.0.0" in finding.finding for finding in found if finding.level == "error"] == [True]


def test_only_the_changed_function_file_is_applied_again(empty_database):
    sources = load()
    install(empty_database.dsn, sources)
    changed = sources.repeatables[-1]

    report = install(empty_database.dsn, with_changed(sources, changed.path, changed.text + "-- changed\n"))

    assert report.repeatables == (changed.path,)
    assert report.migrations == ()


def test_a_new_migration_puts_every_function_file_in_place_again(empty_database):
    sources = load()
    install(empty_database.dsn, sources)
    new = SqlFile("migrations/9999_extra.sql", "CREATE TABLE c360.extra (id integer PRIMARY KEY);\n")

    report = install(empty_database.dsn, dataclasses.replace(sources, migrations=(*sources.migrations, new)))

    assert report.migrations == (new.path,)
    assert report.repeatables == tuple(file.path for file in sources.repeatables)


def test_a_failing_file_leaves_nothing_behind_and_is_named_with_its_line(server, empty_database):
    sources = load()
    broken = SqlFile("views/broken.sql", "-- first line\n\nCREATE VIEW c360.broken AS SELECT nonsense;\n")

    with pytest.raises(Exception) as failed:
        install(empty_database.dsn, dataclasses.replace(sources, repeatables=(*sources.repeatables, broken)))

    assert failed.value.code == "42703"
    assert "views/broken.sql, line 3" in failed.value.detail
    with server.admin(empty_database.name) as admin:
        assert admin.execute("SELECT to_regnamespace('c360') IS NULL").fetchone() == (True,)


def test_a_database_that_cannot_hold_every_letter_is_refused(server):
    with server.admin() as admin:
        admin.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C' OWNER dba")
    try:
        with pytest.raises(OperationsRefused) as refused:
            install(server.dsn("latin", "dba"), load())
    finally:
        server.drop_database("latin")

    assert refused.value.code == "U9008"
    assert refused.value.hint


def test_an_old_server_is_refused_before_anything_is_made(empty_database):
    text = load().bootstrap.text
    old = text.replace("current_setting('server_version_num')", "'150012'")

    with pytest.raises(OperationsRefused) as refused:
        install(empty_database.dsn, dataclasses.replace(load(), bootstrap=SqlFile("bootstrap.sql", old)))

    assert old != text
    assert refused.value.code == "U9001"
    assert refused.value.hint


def test_extensions_that_live_elsewhere_are_used_where_they_are(server, empty_database):
    with psycopg.connect(empty_database.dsn, autocommit=True) as owner:
        owner.execute("CREATE SCHEMA elsewhere")
        owner.execute("CREATE EXTENSION unaccent SCHEMA elsewhere")

    install(empty_database.dsn, load())

    with server.admin(empty_database.name) as admin:
        assert admin.execute("SELECT c360._extension_schema('unaccent')").fetchone() == ("elsewhere",)
        assert admin.execute("SELECT c360._unaccent('Đặng Thị Hồng')").fetchone() == ("Dang Thi Hong",)


def test_a_database_where_nothing_may_be_created_is_refused_with_the_remedy(server, empty_database):
    with server.admin() as admin:
        admin.execute(f"CREATE ROLE guest_{empty_database.name} LOGIN")
    try:
        with pytest.raises(OperationsRefused) as refused:
            install(empty_database.dsn_as(f"guest_{empty_database.name}"), load())
    finally:
        with server.admin() as admin:
            admin.execute(f"DROP ROLE guest_{empty_database.name}")

    assert refused.value.code == "U9004"
    assert "GRANT" in refused.value.hint


def test_status_before_installing_lists_everything_and_after_nothing(empty_database):
    sources = load()
    with psycopg.connect(empty_database.dsn, autocommit=True) as connection:
        before = compare(read_ledgers(connection), sources)
        install(empty_database.dsn, sources)
        after = compare(read_ledgers(connection), sources)

    assert (before.installed, before.is_current) == (False, False)
    assert len(before.pending) == len(sources.migrations)
    assert after.is_current


def test_sqlstates_become_classes_of_the_tree():
    assert [class_for(code).__name__ for code in ("U1001", "U2001", "U3001", "U4001", "U5001", "U9001", "42501")] == [
        "IngestRefused",
        "IdentityRefused",
        "ScoringRefused",
        "GovernanceRefused",
        "RelayRefused",
        "OperationsRefused",
        "NotAllowed",
    ]
    assert class_for("XX000", "tuple concurrently updated").__name__ == "TryAgain"
    assert class_for("23505").__name__ == "DatabaseRefused"
