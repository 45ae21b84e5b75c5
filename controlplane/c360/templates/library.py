"""Find the tenant templates below pg/templates/tenant/ and render them.

Rendering is pure: no connection, no clock, no environment; the same spec gives the same text.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import jinja2

from c360.domain.tenants import TenantSpec
from c360.installer.sources import sql_root
from c360.templates.check import check_statements
from c360.templates.environment import compile_template
from c360.templates.errors import TemplateRejected

_SUFFIX = ".sql.j2"
_MOST_ALLOWED = 10_000
_allowed: set[bytes] = set()


@dataclass(frozen=True)
class Rendered:
    """One template rendered for one tenant. `path` is relative to pg/templates/tenant and is its name in the ledger."""

    path: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def render_migrations(tenant: TenantSpec, root: Path | None = None) -> list[Rendered]:
    """The templates that run once in a tenant, in order."""
    return _render_folder("migrations", tenant, root)


def render_repeatables(tenant: TenantSpec, root: Path | None = None) -> list[Rendered]:
    """The templates that run whenever their rendered text has changed, in order."""
    return _render_folder("repeatable", tenant, root)


def render_text(template: str, tenant: TenantSpec, name: str = "template") -> str:
    """Render one template and check every statement of it."""
    try:
        sql = compile_template(template, name).render(tenant=tenant)
    except jinja2.TemplateError as error:
        raise TemplateRejected(f"{name}: {error}") from error
    _check_once(sql, tenant, name)
    return sql


def _check_once(sql: str, tenant: TenantSpec, name: str) -> None:
    """A text that was allowed to this tenant is not parsed again: that is most of a plan, and a sync makes several."""
    judged = hashlib.sha256(repr((tenant.schema_name, tenant.extensions, sql)).encode()).digest()
    if judged in _allowed:
        return
    check_statements(sql, tenant, name)
    if len(_allowed) >= _MOST_ALLOWED:
        _allowed.clear()
    _allowed.add(judged)


def _render_folder(folder: str, tenant: TenantSpec, root: Path | None) -> list[Rendered]:
    top = (root or sql_root()) / "templates" / "tenant"
    paths = sorted(path.relative_to(top).as_posix() for path in (top / folder).rglob(f"*{_SUFFIX}"))
    return [Rendered(path, render_text((top / path).read_text(encoding="utf-8"), tenant, path)) for path in paths]
