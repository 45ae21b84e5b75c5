"""Renders the tenant templates below pg/templates/ to SQL and refuses what they may not say. Touches no database."""

from c360.templates.check import check_statements, view_columns
from c360.templates.errors import TemplateRejected
from c360.templates.library import Rendered, render_migrations, render_repeatables, render_text

__all__ = [
    "Rendered",
    "TemplateRejected",
    "check_statements",
    "render_migrations",
    "render_repeatables",
    "render_text",
    "view_columns",
]
