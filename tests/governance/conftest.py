"""A tenant of the test's own, with the few verbs these tests need."""

import itertools
import os
from dataclasses import dataclass
from typing import Any

import pytest

from c360.governance import Permissions, create_tenant, plan_tenant, sync_tenant
from support.session import Session

_numbers = itertools.count(2)


@dataclass
class Tenant:
    """One tenant over one session."""

    db: Session
    name: str

    @property
    def schema(self) -> str:
        return f"tenant_{self.name}"

    def add(self, attribute: str, data_type: str = "text", **columns: Any) -> None:
        values = {"trait_paths": [attribute], **columns}
        if data_type in {"text[]", "jsonb"}:
            values.setdefault("survivorship", "union")
        names = ", ".join(values)
        places = ", ".join(["%s"] * len(values))
        self.db.execute(
            f"INSERT INTO c360.profile_attributes (tenant, attribute, data_type, {names})"
            f" VALUES (%s, %s, %s, {places})",
            self.name,
            attribute,
            data_type,
            *values.values(),
        )

    def change(self, attribute: str, **columns: Any) -> None:
        for column, value in columns.items():
            self.db.execute(
                f"UPDATE c360.profile_attributes SET {column} = %s WHERE tenant = %s AND attribute = %s",
                value,
                self.name,
                attribute,
            )

    def plan(self, **permissions: bool):
        return plan_tenant(self.db.connection, self.name, Permissions(**permissions))

    def sync(self, **permissions: bool):
        return sync_tenant(self.db.connection, self.name, Permissions(**permissions))

    def column_type(self, attribute: str, table: str = "cdp_master_profiles") -> str | None:
        return self.db.value(
            "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = to_regclass(%s) AND attname = %s AND NOT attisdropped",
            f"{self.schema}.{table}",
            attribute,
        )

    def index_methods(self, attribute: str) -> list[str]:
        return self.db.column(
            "SELECT method.amname FROM pg_index AS i"
            " JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am AS method ON method.oid = c.relam"
            " JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)"
            " WHERE i.indrelid IN (to_regclass(%s), to_regclass(%s)) AND a.attname = %s",
            f"{self.schema}.cdp_master_profiles",
            f"{self.schema}.cdp_profile_metrics",
            attribute,
        )

    def add_profile(self, **attributes: Any) -> str:
        columns = "".join(f", {name}" for name in attributes)
        places = ", %s" * len(attributes)
        return self.db.value(
            f"INSERT INTO {self.schema}.cdp_master_profiles (master_profile_id{columns})"
            f" VALUES (gen_random_uuid(){places}) RETURNING master_profile_id",
            *attributes.values(),
        )

    def messages(self, message_type: str) -> list[dict[str, Any]]:
        return self.db.column(
            "SELECT body::jsonb -> 'data' FROM c360.messages WHERE tenant = %s AND type = %s ORDER BY seq",
            self.name,
            message_type,
        )


def fresh_name(number: int | None = None) -> str:
    """Roles belong to the whole server, so each process names its tenants differently."""
    return f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}_{number or next(_numbers)}"


@pytest.fixture
def new_name(request):
    """A tenant that is rolled back leaves its name to the next test, and with it the text that was rendered for it."""
    return fresh_name(None if "database" in request.fixturenames else 1)


@pytest.fixture
def tenant(db, new_name):
    create_tenant(db.connection, new_name)
    return Tenant(db, new_name)
