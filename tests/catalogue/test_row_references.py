"""`make lint` finds every name of our SQL that a column of a tenant could take, and nothing else."""

from __future__ import annotations

import pytest

from support.sql_names import findings, names_of_our_sql, statements

FUNCTION = """
CREATE FUNCTION c360.f(p_id uuid) RETURNS jsonb LANGUAGE {language} AS $$
{body}
$$;
"""


def test_the_names_are_found():
    assert names_of_our_sql() > {"scored", "golden", "kept", "p_tenant", "v_raw", "attempt", "master_profile_id"}


@pytest.mark.parametrize(
    ("language", "body", "line"),
    [
        ("sql", "SELECT to_jsonb(attempt)\nFROM c360.delivery_attempts AS attempt", 3),
        ("sql", "SELECT 1 FROM c360.tenants AS one\nWHERE one IS NULL", 4),
        ("sql", "WITH cut AS (SELECT 1 AS a)\nSELECT row_to_json(cut) FROM cut", 4),
        (
            "sql",
            "SELECT to_jsonb(golden.*) FROM cdp_master_profiles AS golden\nWHERE golden.master_profile_id = p_id",
            4,
        ),
        ("sql", "SELECT version FROM cdp_master_profiles", 3),
        ("plpgsql", "BEGIN\nRETURN (SELECT to_jsonb(attempt) FROM c360.delivery_attempts AS attempt);\nEND", 4),
        (
            "plpgsql",
            "BEGIN\nRETURN (SELECT version FROM cdp_master_profiles AS g WHERE g.master_profile_id = p_id);\nEND",
            4,
        ),
        ("plpgsql", "BEGIN\nEXECUTE format('SELECT to_jsonb(item) FROM (SELECT %s FROM %s) AS item', 1, 2);\nEND", 4),
    ],
)
def test_the_check_finds_what_it_is_for(tmp_path, language, body, line):
    file = tmp_path / "one.sql"
    file.write_text(FUNCTION.format(language=language, body=body))

    found = list(findings(statements(file)))

    assert {finding.line for finding in found} == {line}


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("sql", "SELECT to_jsonb(attempt.*) FROM c360.delivery_attempts AS attempt"),
        ("sql", "SELECT part FROM unnest('{1}'::integer[]) AS part"),
        ("sql", "SELECT golden.version FROM cdp_master_profiles AS golden WHERE golden.master_profile_id = f.p_id"),
        (
            "plpgsql",
            "#variable_conflict use_variable\nBEGIN\n"
            "RETURN (SELECT to_jsonb(g.*) FROM cdp_master_profiles AS g WHERE g.master_profile_id = p_id);\nEND",
        ),
    ],
)
def test_what_no_column_can_take_is_left_alone(tmp_path, language, body):
    file = tmp_path / "one.sql"
    file.write_text(FUNCTION.format(language=language, body=body))

    assert list(findings(statements(file))) == []
