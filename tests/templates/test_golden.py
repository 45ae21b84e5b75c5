"""What each template renders to, word for word, so that reviewers read SQL and not Jinja.

Run with --regolden to write the files anew; the change then shows in the review.
"""

from pathlib import Path

import pytest

from c360.governance.columns import column_changes
from c360.governance.state import TenantState
from c360.templates import render_migrations, render_repeatables
from templates.tenants import FULL, HOSTILE, PLAIN

GOLDEN = Path(__file__).parent / "golden"
TENANTS = {"plain": PLAIN, "full": FULL, "hostile": HOSTILE}


def _rendered(tenant):
    texts = {
        item.path.removesuffix(".j2"): item.sql for item in (*render_migrations(tenant), *render_repeatables(tenant))
    }
    changes = column_changes(tenant, TenantState())
    texts["attributes.sql"] = "\n".join(statement for change in changes for statement in change.statements) + "\n"
    return texts


@pytest.mark.parametrize("name", TENANTS)
def test_templates_render_to_the_golden_files(name, request):
    texts = _rendered(TENANTS[name])
    folder = GOLDEN / name
    if request.config.getoption("--regolden"):
        for path in folder.rglob("*.sql"):
            path.unlink()
        for path, text in texts.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")

    kept = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.sql")}

    assert texts == kept
