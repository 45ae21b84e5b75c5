"""Lists and objects of a golden record: the union of all that was said, or what was said last."""

import pytest

from c360.governance.tenants import as_owner, sync_tenant
from support.observations import observe, resolve


@pytest.mark.parametrize(
    ("data_type", "said", "survivorship", "expected"),
    [
        pytest.param("text[]", [["a", "b"], ["c"]], "union", ["a", "b", "c"], id="lists together"),
        pytest.param("text[]", [["a", "b"], ["c"]], "most_recent", ["c"], id="the latest list"),
        pytest.param("text[]", [["a", "b"], None], "most_recent", ["a", "b"], id="a list said once"),
        pytest.param("jsonb", [{"a": 1, "b": 1}, {"b": 2}], "union", {"a": 1, "b": 2}, id="objects together"),
        pytest.param("jsonb", [{"a": 1, "b": 1}, {"b": 2}], "most_recent", {"b": 2}, id="the latest object"),
    ],
)
@pytest.mark.parametrize("order", [1, -1], ids=["in order", "late"])
def test_what_becomes_of_a_list_said_again(db, data_type, said, survivorship, expected, order):
    with as_owner(db.connection):
        db.execute(
            "INSERT INTO c360.profile_attributes (tenant, attribute, data_type, trait_paths, survivorship)"
            " VALUES ('acme', 'wishes', %s, '{wishes}', %s)",
            data_type,
            survivorship,
        )
    sync_tenant(db.connection, "acme")

    for day, value in list(enumerate(said))[::order]:
        observe(db, user_id="u1", day=day, traits={"day": day} | ({} if value is None else {"wishes": value}))
        resolve(db)

    profile = db.call("c360.profile", "acme", "user_id", "u1")
    assert profile["wishes"] == expected
