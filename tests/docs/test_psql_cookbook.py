"""docs/how-to/use-psql-only.md can be pasted from top to bottom: each block runs, and shows what the page says."""

import contextlib
import re

from end_to_end.conftest import environment, process  # noqa: F401 - a fixture
from support.documentation import ROOT

PAGE = (ROOT / "docs" / "how-to" / "use-psql-only.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(sql|text)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_every_recipe_runs_and_shows_what_the_page_says(
    database,
    server,
    command_line,
    connect,
    wait_until,
    environment,  # noqa: F811
):
    session = connect(autocommit=True)

    def is_quiet():
        return not session.value("SELECT to_regclass('tenant_lotus.cdp_resolution_queue')") or not session.value(
            "SELECT count(*) FROM tenant_lotus.cdp_resolution_queue"
        )

    shown = ""
    with contextlib.ExitStack() as left, process(command_line, "up", environment=environment):
        left.callback(_drop_role, server)
        wait_until(lambda: session.value("SELECT count(*) FROM c360.sync_workers"))
        for kind, text in BLOCKS:
            wait_until(is_quiet)
            if kind == "sql":
                done = server.psql(database.name, "-v", "ON_ERROR_STOP=1", text=text)
                shown = done.stdout
                assert done.returncode == 0, f"{text}\n{done.stderr}"
            else:
                assert [line for line in text.splitlines() if line not in shown] == [], shown


def test_there_are_about_fifteen_recipes():
    assert 15 <= len(re.findall(r"^## ", PAGE, re.MULTILINE)) <= 20
    assert {kind for kind, _ in BLOCKS} == {"sql", "text"}


def _drop_role(server):
    with server.admin() as admin:
        admin.execute("DROP ROLE IF EXISTS lotus_anna")
