"""What doctor says of servers that a provider runs."""

from __future__ import annotations

import pytest


@pytest.fixture
def iam(server):
    with server.admin() as admin:
        admin.execute("CREATE ROLE rds_iam NOLOGIN; CREATE ROLE hosted_group NOLOGIN; CREATE ROLE hosted_login LOGIN")
        try:
            yield admin
        finally:
            admin.execute("DROP ROLE rds_iam, hosted_group, hosted_login")


def _findings(db):
    return [(row["level"], row["subject"], row["finding"]) for row in db.call_rows("c360._doctor_hosted")]


def test_a_server_that_has_what_is_needed_is_not_spoken_of(db):
    assert _findings(db) == []


def test_an_extension_that_nobody_may_make_again_is_told(db):
    db.execute("SET LOCAL rds.allowed_extensions = 'plpgsql, pg_trgm,unaccent'")

    assert [(level, "fuzzystrmatch" in said) for level, _, said in _findings(db)] == [("warning", True)]

    db.execute("SET LOCAL rds.allowed_extensions = '*'")
    assert _findings(db) == []


def test_iam_for_a_group_shuts_its_members_out(db, iam):
    iam.execute("GRANT rds_iam TO hosted_group, hosted_login")

    assert [said.split(",")[0] for _, _, said in _findings(db)] == ["Role hosted_group"]

    db.execute("SET LOCAL rds.force_ssl = '0'")
    assert len(_findings(db)) == 2
