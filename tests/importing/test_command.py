"""`c360 import` as a person meets it."""

import gzip
import json
import signal
import subprocess
import sys
import zipfile

import openpyxl
import pytest

from support.command_line import clean_environment

HEADER = "id,email,city\n"
OURS = "application_name = 'c360 cli' AND datname = current_database()"
STOPPED = "stopped after row 20,000 of people.csv; run the same command again to go on"


@pytest.fixture
def session(connect):
    return connect(autocommit=True)


@pytest.fixture
def c360(command_line, database, tmp_path):
    """c360("people.csv", "--key", "id") imports a file of tmp_path into acme, as of crm; answers the process."""

    def run(file, *options, dsn=None):
        arguments = ("import", "acme", file, "--dsn", dsn or database.dsn, "--source", "crm", *options)
        return command_line.run(*arguments, cwd=tmp_path, environment=clean_environment())

    return run


def counts(done):
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    return {name: answer[name] for name in ("rows", "new", "changed", "unchanged", "rejected")}


def staging(session):
    return session.value("SELECT count(*) FROM pg_class WHERE relname LIKE 'cdp_import_staging%'")


def test_a_file_is_imported_and_again_only_what_changed(c360, session, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(HEADER + "1,an@shop.vn,Huế\n2,bo@shop.vn,Huế\n3,bad,too,long\n")

    first = c360("people.csv", "--key", "id", "--json")
    second = c360("people.csv", "--key", "id", "--json")
    file.write_text(HEADER + "1,an@shop.vn,Hà Nội\n2,bo@shop.vn,Huế\n")
    third = c360("people.csv", "--key", "id")

    assert counts(first) == {"rows": 3, "new": 2, "changed": 0, "unchanged": 0, "rejected": 1}
    assert counts(second) == {"rows": 3, "new": 0, "changed": 0, "unchanged": 2, "rejected": 1}
    assert "0 new, 1 changed, 1 unchanged, 0 rejected" in third.stderr
    assert "rows/s" in third.stderr
    assert session.value("SELECT count(*) FROM tenant_acme.cdp_raw_profiles") == 3
    assert staging(session) == 0


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "jsonl", "json", "xlsx", "parquet"])
def test_every_format_makes_the_same_observations(c360, session, tmp_path, kind):
    rows = [{"user_id": f"u{number}", "email": f"u{number}@shop.vn", "note": 'tab\t"\\ \n'} for number in range(300)]
    file = tmp_path / f"people.{kind}"
    if kind.startswith("csv"):
        lines = (f'{row["user_id"]},{row["email"]},"{row["note"].replace(chr(34), chr(34) * 2)}"' for row in rows)
        content = ("user_id,email,note\n" + "\n".join(lines)).encode()
        file.write_bytes(gzip.compress(content) if kind == "csv.gz" else content)
    elif kind == "jsonl":
        file.write_text("\n".join(map(json.dumps, rows)))
    elif kind == "json":
        file.write_text(json.dumps(rows))
    elif kind == "xlsx":
        book = openpyxl.Workbook()
        for row in ({"user_id": "user_id", "email": "email", "note": "note"}, *rows):
            book.active.append(list(row.values()))
        book.save(file)
    else:
        pyarrow = pytest.importorskip("pyarrow")
        from pyarrow import parquet

        parquet.write_table(pyarrow.Table.from_pylist(rows), file)

    done = c360(file.name, "--map", "note=traits.note", "--json")

    assert counts(done) == {"rows": 300, "new": 300, "changed": 0, "unchanged": 0, "rejected": 0}
    assert session.row(
        "SELECT identifiers, traits, source FROM tenant_acme.cdp_raw_profiles WHERE identifiers ->> 'user_id' = 'u7'"
    ) == ({"user_id": "u7"}, {"email": "u7@shop.vn", "note": rows[7]["note"]}, "crm")


def test_refused_rows_are_written_as_they_came(c360, tmp_path):
    (tmp_path / "people.csv").write_text(HEADER + '1,"open\n2,bo@shop.vn,Huế\n,an@shop.vn,Huế\n')

    done = c360("people.csv", "--key", "id", "--rejects", "rejects.jsonl")
    rejects = [json.loads(line) for line in (tmp_path / "rejects.jsonl").read_text().splitlines()]

    assert done.returncode == 0, done.stderr
    assert [(reject["row_number"], reject["code"]) for reject in rejects] == [(1, "U1431"), (3, "U1437")]
    assert rejects[0]["content"] == '1,"open'
    assert json.loads(rejects[1]["content"]) == {"email": "an@shop.vn", "city": "Huế"}


def test_a_dry_run_answers_the_same_and_changes_nothing(c360, session, tmp_path):
    (tmp_path / "people.csv").write_text(HEADER + "1,an@shop.vn,Huế\n3,bad,too,long\n")

    dry = json.loads(c360("people.csv", "--key", "id", "--dry-run", "--json").stdout)
    left = (session.value("SELECT count(*) FROM tenant_acme.cdp_raw_profiles"), staging(session))
    real = json.loads(c360("people.csv", "--key", "id", "--json").stdout)

    assert left == (0, 0)
    assert (dry["status"], dry["import_id"]) == ("dry run", None)
    varying = {"sample", "status", "import_id", "seconds"}
    assert {name: dry[name] for name in dry.keys() - varying} == {name: real[name] for name in real.keys() - varying}


@pytest.mark.parametrize("ending", ["killed", "Ctrl-C", "connection lost"])
def test_an_import_that_was_stopped_goes_on_where_it_stopped(
    c360, session, connect, database, tmp_path, in_background, wait_until, ending
):
    (tmp_path / "people.csv").write_text(HEADER + "".join(f"{n},u{n}@shop.vn,Huế\n" for n in range(45_000)))
    command = [sys.executable, "-m", "c360_cli", "import", "acme", "people.csv", "--source", "crm", "--key", "id"]
    command += ["--dsn", database.dsn]
    turn = "SELECT FROM c360.locks WHERE tenant = 'acme' AND lock = 'imports' FOR UPDATE"
    first, second = connect(), connect()

    def waiting():
        return session.value(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )

    # One chunk gets its turn, the next does not.
    first.execute(turn)
    with subprocess.Popen(command, cwd=tmp_path, env=clean_environment(), stderr=subprocess.PIPE, text=True) as process:
        wait_until(lambda: waiting() == 1)
        holding = in_background(second.execute, turn)
        wait_until(lambda: waiting() == 2)
        first.rollback()
        wait_until(lambda: session.value("SELECT row_count FROM tenant_acme.cdp_imports") == 20_000)
        holding.result()
        wait_until(lambda: waiting() == 1)
        if ending == "killed":
            process.kill()
        elif ending == "Ctrl-C":
            process.send_signal(signal.SIGINT)
        else:
            session.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OURS}")
        said = process.stderr.read()
    second.rollback()
    wait_until(lambda: session.value(f"SELECT count(*) FROM pg_stat_activity WHERE {OURS}") == 0)
    stopped = session.row("SELECT status, row_count FROM tenant_acme.cdp_imports")

    done = c360("people.csv", "--key", "id", "--json")

    assert process.returncode == {"killed": -signal.SIGKILL, "Ctrl-C": 130, "connection lost": 1}[ending]
    assert (STOPPED in said) == (ending != "killed"), said
    assert "Traceback" not in said
    assert stopped == ("running", 20_000)
    assert json.loads(done.stdout)["resumed_after"] == 20_000
    assert counts(done) == {"rows": 45_000, "new": 45_000, "changed": 0, "unchanged": 0, "rejected": 0}
    assert session.column("SELECT status FROM tenant_acme.cdp_imports") == ["finished"]
    assert session.value("SELECT count(*) FROM tenant_acme.cdp_raw_profiles") == 45_000
    assert staging(session) == 0


def test_nothing_a_file_holds_reaches_a_terminal_as_a_command(c360, tmp_path):
    with zipfile.ZipFile(tmp_path / "people.zip", "w") as archive:
        archive.writestr("a\x1b[31m.csv", "id\n")
        archive.writestr("b\x1b]0;x\x07.csv", "id\n")
    (tmp_path / "people.csv").write_text("\x1b[2Jx,y\x1b]52;c;eA==\x07\n1,2\n")
    (tmp_path / "fine.csv").write_text("email,\x1b[2Jx\nan@shop.vn,\x1b]0;x\x07\n\x1b[1m,,,,\x1b[2m\n")

    for done in (c360("people.zip"), c360("people.csv"), c360("fine.csv", "--dry-run"), c360("fine.csv")):
        assert not set("\x1b\x07") & set(done.stdout + done.stderr)
        assert done.stderr


def test_refused_rows_are_not_written_over_the_file(c360, tmp_path):
    (tmp_path / "people.csv").write_text(HEADER + "1,an@shop.vn,Huế\n")
    (tmp_path / "same.csv").symlink_to("people.csv")

    assert c360("people.csv", "--rejects", "same.csv").returncode == 2
    assert (tmp_path / "people.csv").read_text() == HEADER + "1,an@shop.vn,Huế\n"


def test_how_a_file_is_read_is_said(c360, tmp_path):
    (tmp_path / "people.csv").write_bytes("sep=;\nid;email;city\n1;an@shop.vn;Köln\n".encode("cp1252"))

    done = c360("people.csv", "--key", "id", "--json")

    answer = json.loads(done.stdout)
    assert (answer["encoding"], answer["delimiter"], answer["new"]) == ("windows-1252", ";", 1)
    assert "Windows-1252" in done.stderr


@pytest.mark.parametrize("delimiter", ["::", "", '"'])
def test_a_delimiter_that_is_none_is_wrong_usage(c360, tmp_path, delimiter):
    (tmp_path / "people.csv").write_text(HEADER)

    done = c360("people.csv", "--delimiter", delimiter)

    assert (done.returncode, done.stderr[:5], "semicolon" in done.stderr) == (2, "U9100", True), done.stderr


def test_a_folder_is_said_to_be_one(c360, tmp_path):
    (tmp_path / "exports").mkdir()

    done = c360("exports")

    assert (done.returncode, done.stderr[:5], "folder" in done.stderr) == (2, "U9100", True), done.stderr


def test_a_packed_file_that_breaks_off_is_taken_so_far_and_ends_without_a_traceback(c360, session, tmp_path):
    packed = gzip.compress((HEADER + "".join(f"{n},u{n}@shop.vn,Huế\n" for n in range(45_000))).encode())
    (tmp_path / "people.csv.gz").write_bytes(packed[: len(packed) * 9 // 10])

    done = c360("people.csv.gz", "--key", "id")

    assert (done.returncode, "U9100" in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_another_file_does_not_go_on_with_an_interrupted_one(session):
    columns = [{"name": "user_id", "kind": "text"}]
    one = session.call("c360.begin_import", "acme", "crm", "one.csv", columns, p_fingerprint="one")

    two = session.call("c360.begin_import", "acme", "crm", "two.csv", columns, p_fingerprint="two")

    assert one["import_id"] != two["import_id"]
    assert (two["is_resumed"], two["row_count"]) == (False, 0)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["people.csv", "--map", "nope=email"], 1, "U1421"),
        (["people.csv", "--map", "email"], 2, "COLUMN=TARGET"),
        (["people.csv", "--key", "nope"], 1, "U1421"),
        (["people.csv", "--full-extract"], 1, "U1425"),
        (["people.csv", "--dry-run", "--rejects", "x"], 2, "dry run"),
        (["people.doc"], 2, "--format"),
        (["people.xls"], 2, ".xlsx"),
        (["missing.csv"], 2, "cannot be read"),
        (["people.csv", "--format", "parquet"], 2, "no Parquet"),
    ],
)
def test_what_cannot_be_imported_is_refused_and_nothing_is_left(c360, session, tmp_path, arguments, status, said):
    (tmp_path / "people.csv").write_text(HEADER + "1,an@shop.vn,Huế\n")

    done = c360(*arguments)

    assert (done.returncode, said in done.stderr) == (status, True), done.stderr
    assert session.value("SELECT count(*) FROM tenant_acme.cdp_raw_profiles") == 0
    assert staging(session) == 0


def test_a_writer_of_the_tenant_imports_files_and_reads_no_staging(c360, database, session, tmp_path):
    (tmp_path / "people.csv").write_text(HEADER + "1,an@shop.vn,Huế\n")
    session.execute("CREATE ROLE import_writer LOGIN IN ROLE c360_acme_writer")
    try:
        done = c360("people.csv", "--key", "id", "--json", dsn=database.dsn_as("import_writer"))

        assert counts(done)["new"] == 1
    finally:
        session.execute("DROP ROLE import_writer")
