"""Check the condition of a webhook and put it into force, over one psycopg connection.

An administrator of the tenant may state one; the function it is compiled to belongs to the owner of schema c360, so for
everybody else the next sync makes it.
"""

from __future__ import annotations

from c360.domain.errors import ScoringRefused
from c360.domain.tenants import of_tenant, spec_from_metadata
from c360.governance.filters import FILTERS, compile_filters, read_filter
from c360.governance.tenants import Connection, as_owner, call

_MAY = "SELECT has_function_privilege('c360._compile_filter(text, uuid, jsonb)', 'EXECUTE')"
_PROBLEM = "SELECT known.problem FROM c360.subscription_filters AS known WHERE known.subscription_id = %s"


def put_filter_in_force(conn: Connection, slug: str, subscription_id: str) -> bool:
    """Check the condition the webhook has now, and compile it; False where the caller may not: the next sync does.

    Raises ScoringRefused U5422 where it cannot be right.
    """
    tenant = spec_from_metadata(call(conn, of_tenant("SELECT {tenant}.tenant_blueprint()", slug)))
    stated = [one for one in tenant.filters if one.subscription_id == subscription_id]
    for one in stated:
        read_filter(tenant, one.condition)
    with as_owner(conn):
        if not call(conn, _MAY):
            return not stated
        conn.execute("SELECT c360._hold_lock(%s, 'sync')", (slug,))
        for made in compile_filters(tenant):
            if made.subscription_id == subscription_id:
                conn.execute(made.sql.encode())
                conn.execute("SELECT c360._record_tenant_release(%s, %s, %s)", (slug, made.path, made.checksum))
        if not stated:
            conn.execute("SELECT c360._drop_filter(%s, %s)", (slug, subscription_id))
            conn.execute("SELECT c360._forget_tenant_release(%s, %s)", (slug, FILTERS + subscription_id))
        problem = call(conn, _PROBLEM, subscription_id)
        if problem is not None:
            hint = "Compare values of one kind; c360 tenant show lists the columns."
            raise ScoringRefused(problem, code="U5422", hint=hint)
    return True
