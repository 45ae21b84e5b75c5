"""Every change of governance metadata is audited and told, whoever makes it."""

import psycopg
import pytest

from c360.governance.declaration import AttributeEntry


def _audit(tenant, action):
    return tenant.db.rows(
        "SELECT object, detail, actor FROM c360.audit_log WHERE tenant = %s AND action = %s ORDER BY audit_id",
        tenant.name,
        action,
    )


def test_a_new_tenant_is_audited_row_by_row_and_told_table_by_table(tenant):
    attributes = tenant.db.value("SELECT count(*) FROM c360.profile_attributes WHERE tenant = %s", tenant.name)

    assert len(_audit(tenant, "profile_attributes.added")) == attributes
    tables = sorted(message["table"] for message in tenant.messages("metadata.changed"))
    assert tables == ["blocked_values", "identifier_types", "profile_attributes", "tenants"]


def test_a_change_in_sql_is_audited_with_both_values_and_told(tenant):
    tenant.change("email", is_indexed=False)

    ((name, detail, actor),) = _audit(tenant, "profile_attributes.changed")
    assert (name, actor) == ("email", "dba")
    assert (detail["before"]["is_indexed"], detail["after"]["is_indexed"]) == (True, False)
    assert tenant.messages("metadata.changed")[-1] == {
        "table": "profile_attributes",
        "objects": [{"object": "email", "operation": "changed"}],
    }


def test_a_statement_that_changes_nothing_is_silent(tenant):
    before = len(tenant.messages("metadata.changed"))

    tenant.db.execute("UPDATE c360.profile_attributes SET position = position WHERE tenant = %s", tenant.name)
    tenant.db.execute("DELETE FROM c360.blocked_values WHERE tenant = %s AND pattern = 'not there'", tenant.name)

    assert len(tenant.messages("metadata.changed")) == before


def test_one_statement_over_two_tenants_tells_each_of_its_own(tenant):
    tenant.db.execute(
        "UPDATE c360.tenants SET display_name = display_name || '!' WHERE tenant IN (%s, 'acme')", tenant.name
    )

    assert tenant.messages("metadata.changed")[-1]["objects"] == [{"object": tenant.name, "operation": "changed"}]
    theirs = tenant.db.value(
        "SELECT body::jsonb #> '{data,objects}' FROM c360.messages WHERE tenant = 'acme' ORDER BY seq DESC LIMIT 1"
    )
    assert theirs == [{"object": "acme", "operation": "changed"}]


def test_the_role_that_changed_something_is_named_and_the_owner_is_not(tenant):
    tenant.db.execute("SET LOCAL ROLE c360_owner")
    tenant.change("email", is_indexed=False)
    tenant.db.execute("RESET ROLE")

    assert [actor for *_, actor in _audit(tenant, "profile_attributes.changed")] == ["dba"]


def test_a_key_is_audited_without_its_hash(tenant):
    secret = b"s" * 32
    tenant.db.execute(
        "INSERT INTO c360.api_keys (tenant, name, kind, source, key_prefix, key_hash)"
        " VALUES (%s, 'web', 'write', 'web', 'wk', %s)",
        tenant.name,
        secret,
    )
    tenant.db.execute("UPDATE c360.api_keys SET key_hash = %s WHERE tenant = %s", b"t" * 32, tenant.name)
    tenant.db.execute("DELETE FROM c360.api_keys WHERE tenant = %s", tenant.name)

    rows = tenant.db.rows(
        "SELECT action, detail::text FROM c360.audit_log"
        " WHERE tenant = %s AND action LIKE 'api_keys.%%' ORDER BY audit_id",
        tenant.name,
    )
    assert [action for action, _ in rows] == ["api_keys.added", "api_keys.changed", "api_keys.removed"]
    bodies = " ".join(tenant.db.column("SELECT body FROM c360.messages WHERE tenant = %s", tenant.name))
    for text in [*(detail for _, detail in rows), bodies]:
        assert "key_hash" not in text
        assert secret.hex() not in text


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("attribute = 'ctid'", "profile_attributes_reserved_check"),
        ("attribute = 'xmin'", "profile_attributes_reserved_check"),
        ("attribute = 'valid_from'", "profile_attributes_answer_check"),
        ("attribute = 'version'", "profile_attributes_reserved_check"),
        ("attribute = 'refreshed_at'", "profile_attributes_reserved_check"),
        ("attribute = 'x; DROP SCHEMA c360'", "profile_attributes_attribute_check"),
        ("attribute = 'Email'", "profile_attributes_attribute_check"),
        ("attribute = repeat('x', 60)", "profile_attributes_attribute_check"),
        ("data_type = 'text; DROP SCHEMA c360'", "profile_attributes_data_type_check"),
        ("normaliser = 'eval'", "profile_attributes_normaliser_check"),
        ("survivorship = 'union'", "profile_attributes_union_check"),
        ("survivorship = 'source_priority'", "profile_attributes_source_priority_check"),
        ("trait_paths = '{}'", "profile_attributes_trait_paths_check"),
        ("maintained_by = 'nobody'", "profile_attributes_maintained_by_check"),
    ],
)
def test_metadata_that_cannot_be_right_is_refused_by_name(tenant, statement, rule):
    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        tenant.db.execute(
            f"UPDATE c360.profile_attributes SET {statement} WHERE tenant = %s AND attribute = 'lifestyle'", tenant.name
        )

    assert refused.value.diag.constraint_name == rule


@pytest.mark.parametrize("attribute", ["shoe_size", "hat", "a__b_1", "sells_b2c_2go", "b2c", "trailing_", "a_b_a"])
def test_an_attribute_written_without_trait_paths_has_those_that_a_file_would_give_it(tenant, attribute):
    written = tenant.db.value(
        """INSERT INTO c360.profile_attributes (tenant, attribute, data_type) VALUES (%s, %s, 'text')
        RETURNING trait_paths""",
        tenant.name,
        attribute,
    )

    assert written == AttributeEntry(data_type="text").row(attribute)["trait_paths"]


def test_a_subscription_is_metadata_and_the_relays_place_in_it_is_not(tenant):
    tenant.db.execute(
        "INSERT INTO c360.subscriptions (subscription_id, tenant, name, url) VALUES (gen_random_uuid(), %s, 'crm', %s)",
        tenant.name,
        "https://crm.example/hook",
    )
    tenant.db.execute("UPDATE c360.subscriptions SET start_snapshot = '10:10:' WHERE tenant = %s", tenant.name)

    assert tenant.messages("metadata.changed")[-1] == {
        "table": "subscriptions",
        "objects": [{"object": "crm", "operation": "added"}],
    }
    assert _audit(tenant, "subscriptions.changed") == []
    ((_, detail, _),) = _audit(tenant, "subscriptions.added")
    assert "start_snapshot" not in detail["after"]
