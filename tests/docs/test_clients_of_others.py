"""The versions of clients that the README names are those the tests run."""

import json
import re

from support.documentation import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_names_the_clients_that_are_run_with_their_versions():
    section = README.partition("## Clients that work unchanged")[2].partition("\n## ")[0]
    named = re.findall(r"^\| (\w+) \| `([^`]+)` \| ([\d.]+) \|", section, re.MULTILINE)
    of_node = json.loads((ROOT / "tests" / "clients" / "package.json").read_text(encoding="utf-8"))["dependencies"]
    of_python = dict(
        line.split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if "==" in line
    )

    of_java = (ROOT / "tests" / "clients" / "mobile" / "pom.xml").read_text(encoding="utf-8")

    assert len(named) == 9
    assert {name: version for where, name, version in named if where in ("browser", "Node")} == {
        name: version for name, version in of_node.items() if name not in ("playwright-core", "standardwebhooks")
    }
    for where, name, version in named:
        assert where != "Python" or of_python[name] == version
        assert where != "Android" or f"<version>{version}</version>" in of_java
