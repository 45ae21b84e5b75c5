"""How a person at the command line names a golden record: type=value, or its id."""

from __future__ import annotations

from uuid import UUID

from c360.domain.errors import UsageError


def named_identifier(who: str) -> tuple[str, str]:
    """Identifier type and value of what was typed; says at once what is missing from it."""
    kind, equals, value = who.partition("=")
    if equals and kind and value:
        return kind, value
    try:
        return "profile_id", str(UUID(who))
    except ValueError:
        raise UsageError(
            f"{who} is neither a profile id nor type=value",
            hint=f"Write type=value, such as {_guess(who)}.",
        ) from None


def _guess(who: str) -> str:
    if "=" in who:
        return "email=an@shop.vn"
    if "@" in who:
        return f"email={who}"
    is_phone = who.startswith("+") and who[1:].replace(" ", "").isdigit()
    return f"phone={who}" if is_phone else f"user_id={who}"
