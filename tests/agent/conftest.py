"""What an agent is told about people of tenant acme, who have rules of activation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from activation.conftest import Activations, activations
from c360.governance.tenants import as_owner
from support.session import Session

__all__ = ["activations"]


@pytest.fixture
def told(db: Session) -> Callable[..., dict[str, Any]]:
    """told("an", "service", channel="zalo"): the answer about a person, named by user id."""

    def ask(who: str, purpose: str = "service", channel: str | None = None, events: int = 10) -> dict[str, Any]:
        answer: dict[str, Any] = db.call("c360.agent_context", "acme", "user_id", who, purpose, channel, events)
        return answer

    return ask


@pytest.fixture
def mask(db: Session) -> Callable[..., None]:
    """mask("city"): from now on readers see these attributes masked."""

    def hide(*attributes: str) -> None:
        with as_owner(db.connection):
            db.execute(
                "UPDATE c360.profile_attributes SET is_masked = true WHERE tenant = 'acme' AND attribute = ANY (%s)",
                list(attributes),
            )

    return hide


@pytest.fixture
def an(activations: Activations) -> Activations:
    """Somebody with a name, an address, a city and a viewed cart."""
    activations.does("an", hours=-1, firstName="An", email="an@shop.vn", phone="0901234567", city="Hue")
    activations.work()
    return activations
