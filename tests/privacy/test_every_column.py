"""For every column that can hold something of a person columns.csv says what an erasure does with it.

A new table or column fails here until somebody decides. What a decision is worth, the canaries show.
"""

import csv
from pathlib import Path

LIST = Path(__file__).with_name("columns.csv")
SOURCES = Path(__file__).parents[2] / "pg" / "procedures" / "privacy"
TREATMENTS = {"removed", "emptied", "replaced", "keyed", "kept"}


def decided():
    """{(table, column): row}; column * stands for all."""
    with LIST.open(newline="") as file:
        return {(row["table"], column): row for row in csv.DictReader(file) for column in row["columns"].split()}


def test_every_column_that_can_hold_a_word_is_decided_about(db):
    columns = db.rows(
        """
        SELECT
            CASE schema.nspname WHEN 'tenant_acme' THEN 'tenant' ELSE schema.nspname END || '.' || relation.relname,
            attribute.attname
        FROM pg_class AS relation
        JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
        JOIN pg_attribute AS attribute ON attribute.attrelid = relation.oid
        JOIN pg_type AS kind ON kind.oid = attribute.atttypid
        WHERE schema.nspname IN ('c360', 'c360_v1', 'tenant_acme')
          AND relation.relkind IN ('r', 'p', 'm', 'f')
          AND NOT relation.relispartition
          AND attribute.attnum > 0
          AND NOT attribute.attisdropped
          AND (kind.typcategory NOT IN ('B', 'D', 'N', 'T') OR kind.typtype <> 'b')
        """
    )
    known = decided()

    assert [column for column in columns if column not in known and (column[0], "*") not in known] == []
    tables = {table for table, _ in columns}
    assert [key for key in known if key not in columns and not (key[1] == "*" and key[0] in tables)] == []


def test_every_decision_says_why_and_where():
    functions = {path.stem for path in SOURCES.glob("*.sql")}

    for place, row in decided().items():
        assert row["treatment"] in TREATMENTS, place
        assert row["why"], place
        named = {word.strip(":;,") for word in row["why"].split() if word.startswith("_")}
        assert named <= functions, place
        assert named or row["treatment"] in {"kept", "keyed"}, place


def test_the_page_for_people_lists_every_table_from_which_something_goes():
    page = (SOURCES.parents[2] / "docs" / "how-to" / "erase-a-person.md").read_text(encoding="utf-8")

    for (table, _), row in decided().items():
        if row["treatment"] != "kept":
            assert f"`{table.removeprefix('tenant.').removeprefix('c360.')}`" in page, table
