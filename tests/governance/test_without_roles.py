"""Tenants where the installation may not create roles: everything works, for the owner alone."""

import psycopg
import pytest

from c360.governance import create_tenant, drift, drop_tenant
from c360.installer.install import install
from c360.installer.sources import load
from support.server import bare_server


@pytest.mark.slow
def test_a_tenant_without_roles_is_for_the_owner_alone(server):
    with bare_server() as bare:
        with bare.admin() as admin:
            admin.execute("CREATE ROLE plain LOGIN NOCREATEROLE")
            admin.execute("CREATE ROLE stranger LOGIN")
        bare.create_database("plain_db", owner="plain")
        install(bare.dsn("plain_db", "plain"), load())

        with psycopg.connect(bare.dsn("plain_db", "plain")) as owner:
            spec = create_tenant(owner, "acme")
            owner.commit()
            assert spec.has_roles is False
            assert owner.execute("SELECT count(*) FROM tenant_acme.cdp_profiles").fetchone() == (0,)
            assert drift(owner) == []

            with psycopg.connect(bare.dsn("plain_db", "stranger")) as stranger:
                for query in ("SELECT c360.list_tenants()", "SELECT * FROM tenant_acme.cdp_profiles"):
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        stranger.execute(query)
                    stranger.rollback()

            drop_tenant(owner, "acme", confirm="acme")
            assert owner.execute("SELECT to_regnamespace('tenant_acme')").fetchone() == (None,)
