"""Makes docs/generate.py importable, and hands out the documentation as one text."""

import sys

import pytest

from support.documentation import PAGES, ROOT

sys.path.insert(0, str(ROOT / "docs"))


@pytest.fixture(scope="session")
def documentation() -> str:
    """All pages in one text, the changelog left out: it tells what was, not what is."""
    return "\n".join(page.read_text(encoding="utf-8") for page in PAGES if page.name != "CHANGELOG.md")
