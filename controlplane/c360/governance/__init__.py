"""Tenants: from governance metadata to a schema, and back to a file. Decides and renders; the database does."""

from c360.governance.plan import Permissions, Plan, Step
from c360.governance.tenants import create_tenant, drift, drop_tenant, list_tenants, load_spec, plan_tenant, sync_tenant

__all__ = [
    "Permissions",
    "Plan",
    "Step",
    "create_tenant",
    "drift",
    "drop_tenant",
    "list_tenants",
    "load_spec",
    "plan_tenant",
    "sync_tenant",
]
