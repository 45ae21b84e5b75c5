"""install.sql and manifest.sql tell the truth about the files below pg/."""

import csv
import re

import pytest

from c360.installer import manifest
from c360.installer.sources import LISTED_FOLDERS, OrderListError, load, parse_order, sql_root

ROOT = sql_root()
FRAME = "\\ir bootstrap.sql\n\\ir manifest.sql\n"
GUARDED = (
    "SELECT c360._migration_pending('{0}') AS pending \\gset\n\\if :pending\n\\ir migrations/{0}.sql\n"
    "SELECT c360._record_migration('{0}') AS recorded \\gset\n\\endif\n"
)


def test_every_file_is_listed_exactly_once():
    listed = parse_order((ROOT / "install.sql").read_text())
    present = {
        path.relative_to(ROOT).as_posix() for folder in LISTED_FOLDERS for path in (ROOT / folder).rglob("*.sql")
    }

    assert sorted(listed) == sorted(present)


def test_the_manifest_is_current():
    assert manifest.is_current(ROOT), 'run "make manifest"'


def test_the_files_end_in_a_newline_and_have_unix_lines():
    wrong = [file.path for file in load().listed if "\r" in file.text or not file.text.endswith("\n")]

    assert wrong == []


def test_a_line_that_python_would_skip_is_an_error():
    with pytest.raises(OrderListError):
        parse_order(FRAME + "CREATE TABLE smuggled ();\n")


def test_a_file_listed_twice_is_an_error():
    with pytest.raises(OrderListError):
        parse_order(FRAME + "\\ir views/a.sql\n\\ir views/a.sql\n")


def test_a_migration_without_guard_is_an_error():
    with pytest.raises(OrderListError):
        parse_order(FRAME + "\\ir migrations/0001_words.sql\n")


def test_migrations_out_of_order_are_an_error():
    with pytest.raises(OrderListError):
        parse_order(FRAME + GUARDED.format("0002_later") + GUARDED.format("0001_words"))


def test_guarded_migrations_and_plain_files_are_read_in_order():
    text = FRAME + GUARDED.format("0001_words") + GUARDED.format("0002_more") + "\\ir views/a.sql -- no comment\n"

    with pytest.raises(OrderListError):
        parse_order(text)
    assert parse_order(text.replace(" -- no comment", "")) == [
        "migrations/0001_words.sql",
        "migrations/0002_more.sql",
        "views/a.sql",
    ]


def test_every_raised_sqlstate_is_a_row_of_the_error_list():
    with (ROOT / "errors.csv").open(newline="") as file:
        listed = [row["sqlstate"] for row in csv.DictReader(file)]
    texts = [path.read_text() for path in ROOT.rglob("*.sql*")]
    texts += [path.read_text() for folder in ("controlplane", "cli") for path in ROOT.parent.glob(f"{folder}/**/*.py")]
    raised = {code for text in texts for code in re.findall(r"""['"](U[0-9]{4})['"]""", text)}

    assert len(listed) == len(set(listed))
    assert sorted(raised - set(listed)) == []
    assert sorted(set(listed) - raised) == []


def test_the_error_list_is_sorted_and_well_formed():
    with (ROOT / "errors.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    assert [row["sqlstate"] for row in rows] == sorted(row["sqlstate"] for row in rows)
    for row in rows:
        assert re.fullmatch(r"U[123459]\d{3}", row["sqlstate"])
        assert re.fullmatch(r"[a-z0-9_]+", row["name"])
        assert 400 <= int(row["http_status"]) <= 599
        assert row["meaning"].endswith(".")
