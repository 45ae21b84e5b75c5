"""Tenants: from governance metadata to a schema, and back to a file. Decides and renders; the database does."""

from c360.governance.apply import Application, apply_declaration, export_tenant
from c360.governance.declaration import Declaration, read_declaration
from c360.governance.plan import Loss, Permissions, Plan, Step
from c360.governance.preview import Preview, preview_declaration
from c360.governance.tenants import (
    Drift,
    create_tenant,
    drift,
    drop_tenant,
    list_tenants,
    load_spec,
    plan_tenant,
    sync_tenant,
)

__all__ = [
    "Application",
    "Declaration",
    "Drift",
    "Loss",
    "Permissions",
    "Plan",
    "Preview",
    "Step",
    "apply_declaration",
    "create_tenant",
    "drift",
    "drop_tenant",
    "export_tenant",
    "list_tenants",
    "load_spec",
    "plan_tenant",
    "preview_declaration",
    "read_declaration",
    "sync_tenant",
]
