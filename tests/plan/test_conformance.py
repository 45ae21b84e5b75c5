"""Keywords mean what the JSON Schema Test Suite says (json_schema/, draft 2020-12, MIT), or are refused."""

import json
from pathlib import Path

import psycopg
import pytest

SUITE = Path(__file__).parent / "json_schema"
# How many of its cases stand in schemas that are refused: references to other documents, what is counted across items.
REFUSED = {
    "const": 2,  # a zero character, which no text of the database holds
    "defs": 2,
    "dependentSchemas": 4,
    "enum": 2,
    "maxProperties": 8,
    "minContains": 19,
    "not": 2,
    "ref": 37,
    "uniqueItems": 41,
}
# The suite takes every format for a hint; these are demanded.
DEMANDED = {"date format", "email format", "uri format", "uuid format"}


def obeys(db, schema, value):
    return db.value(
        "SELECT coalesce(bool_and(jsonb_path_match(%s::jsonb, made.test, silent => true) IS TRUE), true)"
        " FROM c360._schema_checks(%s::jsonb) AS made",
        json.dumps(value),
        json.dumps(schema),
    )


@pytest.mark.parametrize("file", sorted(SUITE.glob("*.json")), ids=lambda file: file.stem)
def test_a_keyword_means_what_the_official_suite_says_or_is_refused(db, file):
    refused = 0
    for group in json.loads(file.read_text(encoding="utf-8")):
        for case in group["tests"]:
            try:
                with db.connection.transaction():
                    outcome = obeys(db, group["schema"], case["data"])
            except psycopg.errors.DatabaseError as error:
                if error.sqlstate not in {"U1115", "22P05"}:
                    raise
                refused += 1
                continue
            is_hint = group["description"] in DEMANDED and case["description"].startswith("invalid")
            assert outcome == (case["valid"] and not is_hint), (group["description"], case["description"])
    assert refused == REFUSED.get(file.stem, 0)
