"""Tenants: from governance metadata to a schema, and back to a file. Decides and renders; the database does."""

from c360.governance.apply import Application, apply_declaration, export_tenant
from c360.governance.declaration import Declaration, read_declaration
from c360.governance.dump import Dumped, dump_tenant
from c360.governance.plan import Loss, Permissions, Plan, Step
from c360.governance.preview import Preview, preview_declaration
from c360.governance.restore import Restored, restore_tenant
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
    "Dumped",
    "Loss",
    "Permissions",
    "Plan",
    "Preview",
    "Restored",
    "Step",
    "apply_declaration",
    "create_tenant",
    "drift",
    "drop_tenant",
    "dump_tenant",
    "export_tenant",
    "list_tenants",
    "load_spec",
    "plan_tenant",
    "preview_declaration",
    "read_declaration",
    "restore_tenant",
    "sync_tenant",
]
