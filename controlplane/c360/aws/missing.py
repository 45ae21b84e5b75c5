"""Names the extra that brings a library, where it is missing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from c360.domain.errors import UsageError


@contextlib.contextmanager
def needs(extra: str) -> Iterator[None]:
    """Around the imports of what an extra brings. Raises UsageError U9100 where it is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise UsageError(f"{error.name} is not installed", hint=f"pip install 'c360[{extra}]' brings it.") from error
