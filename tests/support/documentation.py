"""The documentation as files: pages, and the commands they tell people to type."""

from __future__ import annotations

import re
from pathlib import Path

from c360.installer.sources import sql_root

ROOT = sql_root().parent
PAGES = sorted({ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")})


def page_name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def shell_commands(text: str) -> list[str]:
    """Every `c360 ...` of the fenced sh blocks, also inside $(...), continued lines joined."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    found = []
    for line in lines:
        code = re.sub(r"(^|\s)#.*$", "", line)
        for start in re.finditer(r"(?:^|\$\(|[\s;&|]|\.venv/bin/)(c360 )", code):
            found.append(re.split(r"[|>&;)]|\s2>", code[start.start(1) :])[0].strip())
    return found
