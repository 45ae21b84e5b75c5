"""The one error of this package."""

from __future__ import annotations

from c360.domain.errors import GovernanceRefused


class TemplateRejected(GovernanceRefused):
    """A template, or a value put into it, asks for SQL that tenant templates may not emit."""

    def __init__(self, message: str) -> None:
        super().__init__(
            message,
            code="U4411",
            hint="Tenant templates may only make and change objects in the schema of their own tenant.",
        )
