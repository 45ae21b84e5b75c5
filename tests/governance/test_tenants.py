"""Creating, suspending and dropping tenants."""

import psycopg
import pytest

from c360.governance import create_tenant, drift, drop_tenant, list_tenants

DEFAULTS = {
    "email": "text",
    "secondary_emails": "text[]",
    "national_ids": "text[]",
    "crm_contact_ids": "jsonb",
    "date_of_birth": "date",
    "has_children": "boolean",
    "latitude": "double precision",
    "interests": "text[]",
    "total_revenue": "numeric",
    "source_systems": "text[]",
}


def test_a_new_tenant_has_the_default_golden_record_without_any_yaml(tenant):
    assert {name: tenant.column_type(name) for name in DEFAULTS} == DEFAULTS
    assert tenant.column_type("engagement_score", "cdp_profile_metrics") == "double precision"
    assert tenant.db.value(f"SELECT count(*) FROM {tenant.schema}.cdp_profiles") == 0


def test_every_default_attribute_of_traits_accepts_camel_and_snake_case(tenant):
    paths = dict(
        tenant.db.rows(
            "SELECT attribute, trait_paths FROM c360.profile_attributes WHERE tenant = %s AND maintained_by = 'traits'",
            tenant.name,
        )
    )

    assert {"firstName", "first_name"} <= set(paths["first_name"])
    assert {"address.street", "addressLine1"} <= set(paths["address_line1"])
    assert {"address.postalCode", "address.postal_code"} <= set(paths["zip_code"])
    assert "birthday" in paths["date_of_birth"]
    assert "name" in paths["full_name"]
    assert "phone" in paths["phone_number"]
    assert all(paths.values())


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", "test@test.com"),
        ("email", "noreply@shop.vn"),
        ("email", "no-reply@shop.vn"),
        ("phone", "+10000000000"),
        ("phone", "+841111111111"),
        ("phone", "+841234567890"),
        ("user_id", "null"),
        ("user_id", "-1"),
        ("user_id", "N/A"),
        ("user_id", "000-000"),
        ("device_id", "00000000-0000-0000-0000-000000000000"),
    ],
)
def test_placeholders_are_blocked_from_the_start(db, kind, value):
    blocked = db.value(
        "SELECT bool_or(%s ~* ('^(?:' || pattern || ')$')) FROM c360._default_blocked_values()"
        " WHERE identifier_type IN ('*', %s)",
        value,
        kind,
    )

    assert blocked is True


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", "anna.test@gmail.com"),
        ("email", "natest@yahoo.com"),
        ("phone", "+84912345678"),
        ("phone", "+14155552671"),
        ("user_id", "4711"),
        ("user_id", "testa"),
        ("user_id", "10000"),
    ],
)
def test_ordinary_values_are_not_blocked(db, kind, value):
    blocked = db.value(
        "SELECT bool_or(%s ~* ('^(?:' || pattern || ')$')) FROM c360._default_blocked_values()"
        " WHERE identifier_type IN ('*', %s)",
        value,
        kind,
    )

    assert blocked is False


def test_creating_a_tenant_twice_is_refused(tenant):
    with pytest.raises(psycopg.Error) as refused:
        create_tenant(tenant.db.connection, tenant.name)

    assert refused.value.sqlstate == "U4409"


@pytest.mark.parametrize("slug", ["", "Acme", "1acme", "a", "acme-shop", "x" * 32, 'a"; DROP SCHEMA c360; --'])
def test_a_name_that_cannot_be_a_schema_is_refused_and_leaves_nothing(db, slug):
    with pytest.raises(psycopg.Error) as refused:
        create_tenant(db.connection, slug)

    assert refused.value.sqlstate == "U4410"
    assert db.value("SELECT count(*) FROM c360.tenants WHERE tenant = %s", slug) == 0


def test_an_unknown_time_zone_is_refused(db, new_name):
    with pytest.raises(psycopg.Error) as refused:
        create_tenant(db.connection, new_name, time_zone="Mars/Olympus")

    assert refused.value.sqlstate == "U4410"


def test_everything_of_a_tenant_belongs_to_the_owner_of_c360(tenant):
    owners = tenant.db.column(
        "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = to_regnamespace(%s)"
        " UNION SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = %s",
        tenant.schema,
        tenant.schema,
    )

    assert owners == ["c360_owner"]
    assert tenant.db.value("SELECT current_setting('role')") == "none"


def test_creating_happens_in_the_callers_transaction(db, new_name):
    create_tenant(db.connection, new_name)
    db.rollback()

    assert db.value("SELECT count(*) FROM c360.tenants WHERE tenant = %s", new_name) == 0
    assert db.value("SELECT to_regnamespace(%s)", f"tenant_{new_name}") is None


def test_a_suspended_tenant_can_be_read_but_not_written(tenant):
    assert tenant.db.call("c360.suspend_tenant", tenant.name) is True
    assert tenant.db.call("c360.suspend_tenant", tenant.name) is False

    tenant.db.call("c360._use_tenant", tenant.name, "read")
    with pytest.raises(psycopg.Error) as refused, tenant.db.connection.transaction():
        tenant.db.call("c360._use_tenant", tenant.name, "write")

    assert refused.value.sqlstate == "U4423"


def test_a_resumed_tenant_can_be_written_again(tenant):
    tenant.db.call("c360.suspend_tenant", tenant.name)

    assert tenant.db.call("c360.resume_tenant", tenant.name) is True
    assert tenant.db.call("c360.resume_tenant", tenant.name) is False
    tenant.db.call("c360._use_tenant", tenant.name, "write")


def test_dropping_removes_schema_roles_and_metadata_and_keeps_the_audit_log(tenant):
    drop_tenant(tenant.db.connection, tenant.name, confirm=tenant.name)

    assert tenant.db.value("SELECT to_regnamespace(%s)", tenant.schema) is None
    assert tenant.db.value("SELECT count(*) FROM pg_roles WHERE rolname LIKE %s", f"c360\\_{tenant.name}\\_%") == 0
    for table in ("tenants", "identifier_types", "profile_attributes", "blocked_values", "tenant_releases"):
        assert tenant.db.value(f"SELECT count(*) FROM c360.{table} WHERE tenant = %s", tenant.name) == 0
    actions = tenant.db.column("SELECT action FROM c360.audit_log WHERE tenant = %s", tenant.name)
    assert {"tenants.added", "tenants.removed", "profile_attributes.removed"} <= set(actions)


def test_a_new_tenant_of_the_same_name_has_nothing_of_the_old_one(tenant):
    tenant.db.execute("SET LOCAL ROLE c360_owner")
    tenant.db.call("c360._publish", tenant.name, "c360-id-resolution", "profile.updated", "k", {"full_name": "Lan"})
    tenant.db.execute("RESET ROLE")
    drop_tenant(tenant.db.connection, tenant.name, confirm=tenant.name)
    create_tenant(tenant.db.connection, tenant.name)

    answer = tenant.db.call(f"{tenant.schema}.tail_topic", "c360-id-resolution")

    assert answer["messages"] == []
    assert tenant.db.value("SELECT count(*) FROM c360.messages WHERE tenant = %s AND key = 'k'", tenant.name) == 0


def test_people_of_a_dropped_tenant_who_hold_on_to_its_role_are_not_in_a_new_one(tenant):
    person, role = f"holder_{tenant.name}", f"c360_{tenant.name}_admin"
    tenant.db.execute(f"CREATE ROLE {person}")
    tenant.db.execute("SET LOCAL ROLE c360_owner")
    tenant.db.execute(f"GRANT {role} TO {person}")
    tenant.db.execute("RESET ROLE")
    tenant.db.execute("CREATE TABLE public.held ()")
    tenant.db.execute(f"GRANT SELECT ON public.held TO {role}")

    drop_tenant(tenant.db.connection, tenant.name, confirm=tenant.name)
    create_tenant(tenant.db.connection, tenant.name)

    may = tenant.db.row(
        "SELECT pg_has_role(%s, %s, 'MEMBER'), has_schema_privilege(%s, %s, 'USAGE')",
        person,
        role,
        person,
        tenant.schema,
    )
    left = tenant.db.rows(
        "SELECT pg_has_role(%s, oid, 'MEMBER'), pg_has_role(oid, 'c360_admin', 'MEMBER'),"
        " pg_has_role('c360_authenticator', oid, 'MEMBER') FROM pg_roles WHERE rolname LIKE 'c360\\_dropped\\_%%'",
        person,
    )
    assert may == (False, False)
    assert left == [(True, False, False)]


def test_people_who_are_in_the_roles_of_a_new_tenant_already_are_named(db, new_name):
    db.execute("SET LOCAL ROLE c360_owner")
    db.execute(f"CREATE ROLE c360_{new_name}_writer")
    db.execute("RESET ROLE")
    db.execute(f"CREATE ROLE early_{new_name}")
    db.execute("SET LOCAL ROLE c360_owner")
    db.execute(f"GRANT c360_{new_name}_writer TO early_{new_name}")
    db.execute("RESET ROLE")
    said = []
    db.connection.add_notice_handler(lambda notice: said.append(notice.message_primary))

    create_tenant(db.connection, new_name)

    assert f"the roles of tenant {new_name} were there before and have members: early_{new_name}" in said


def test_dropping_needs_the_exact_name_again(tenant):
    with pytest.raises(psycopg.Error) as refused:
        drop_tenant(tenant.db.connection, tenant.name, confirm=tenant.name.upper())

    assert refused.value.sqlstate == "U4414"
    assert tenant.db.value("SELECT to_regnamespace(%s)", tenant.schema) is not None


def test_dropping_an_unknown_tenant_says_so(db):
    with pytest.raises(psycopg.Error) as refused:
        drop_tenant(db.connection, "nobody", confirm="nobody")

    assert refused.value.sqlstate == "U4404"


def test_the_list_holds_what_the_caller_may_read(tenant):
    names = [row["tenant"] for row in list_tenants(tenant.db.connection)]
    tenant.db.execute("SET LOCAL ROLE c360_owner")
    tenant.db.execute(f"GRANT c360_{tenant.name}_reader TO dba")
    tenant.db.execute(f"SET LOCAL ROLE c360_{tenant.name}_reader")

    assert tenant.name in names
    assert [row["tenant"] for row in list_tenants(tenant.db.connection)] == [tenant.name]


def test_a_tenant_in_line_with_its_metadata_has_not_drifted(tenant):
    assert tenant.name not in [found.tenant for found in drift(tenant.db.connection)]


def test_a_changed_attribute_is_drift_until_the_sync(tenant):
    tenant.add("shoe_size", "integer")

    assert tenant.name in [found.tenant for found in drift(tenant.db.connection)]
    tenant.sync()
    assert tenant.name not in [found.tenant for found in drift(tenant.db.connection)]
