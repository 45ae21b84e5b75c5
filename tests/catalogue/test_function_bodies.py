"""What plpgsql_check would find without a database: parameters nobody uses, variables nobody reads.

Bodies are parsed by PostgreSQL's own parsers. The texts are those of pg/ and of the golden files of the templates, that
is of a tenant without anything, one with everything, and one whose names are hostile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pglast
import pytest
from pglast import ast
from pglast.enums import FunctionParameterMode as Mode

from c360.installer.sources import sql_root

GOLDEN = Path(__file__).resolve().parents[1] / "templates" / "golden"
FOLDERS = [sql_root() / "bootstrap.sql", *(sql_root() / name for name in ("procedures", "triggers", "api")), GOLDEN]
_INPUT = {Mode.FUNC_PARAM_IN, Mode.FUNC_PARAM_INOUT, Mode.FUNC_PARAM_DEFAULT, Mode.FUNC_PARAM_VARIADIC}
# What PL/pgSQL declares by itself.
_BUILT_IN = re.compile(r"found|sqlstate|sqlerrm|new|old|tg_[a-z_]+|__.*|\(unnamed row\)|\*internal\*", re.IGNORECASE)
# INTO is the only way to take what RETURNING answers, whether anybody reads it or not.
KNOWN: set[tuple[str, str]] = set()
# The parser outside of a server knows no types of ours.
_COMPOSITES = re.compile(
    r"\bc360\.(?:person|identifier|said_name|sent_event|rejected_filter|page|campaign|device|user_agent|purchase_fit|spend_fit|clv_fit|retention_fit|logistic_fit|lead_fit|subscription_settings|subscription_fit|model_terms|maximum|currency_day|currency_rate|report_part|funnel_place|funnel_entry|topic_consumers|sinks|subscriptions|outgoing_message|judged_message|consent_statement|import_consent|activation_candidate|agent_question|agent_contact)\b(\[\])?"
)
# RawParseMode of PostgreSQL: RAW_PARSE_PLPGSQL_ASSIGN1 and those after it.
_ASSIGNMENT = 3
# The parser keeps no text of a RETURN that only names a variable.
_RETURNED = re.compile(r"\bRETURN\s+(?:NEXT\s+)?(\w+)\s*;", re.IGNORECASE)


@dataclass(frozen=True)
class Body:
    name: str
    parameters: tuple[str, ...]
    language: str
    text: str
    declared: tuple[str, ...]
    expressions: tuple[str, ...]

    def reads(self, name: str) -> bool:
        return any(_reads(expression, name) for expression in self.expressions)


def _reads(expression: str, name: str) -> bool:
    return re.search(rf'(?<![\w$"]){re.escape(name)}(?![\w$])|"{re.escape(name)}"', expression) is not None


def _files() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from [folder] if folder.is_file() else sorted(folder.rglob("*.sql"))


def _without_psql(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("\\"))


def _bodies(path: Path) -> Iterator[Body]:
    text = _without_psql(path.read_text(encoding="utf-8"))
    for raw in pglast.parse_sql(text):
        if not isinstance(raw.stmt, ast.CreateFunctionStmt):
            continue
        start, length = raw.stmt_location, raw.stmt_len or len(text)
        yield _body(raw.stmt, text[start : start + length])


def _body(statement: ast.CreateFunctionStmt, text: str) -> Body:
    options = {option.defname: option.arg for option in statement.options}
    language = options["language"].sval
    name = statement.funcname[-1].sval
    parameters = [one for one in statement.parameters or () if one.mode in _INPUT and one.name]
    code = re.sub(r"--[^\n]*", "", options["as"][0].sval)
    if language != "plpgsql":
        return Body(name, tuple(one.name for one in parameters), language, code, (), (code,))
    tree = pglast.parse_plpgsql(_COMPOSITES.sub(lambda found: "text[]" if found[1] else "record", text))
    others = {one.name for one in statement.parameters or () if one.name}
    declared = tuple(sorted(_declared(tree) - others))
    return Body(
        name,
        tuple(one.name for one in parameters),
        language,
        code,
        declared,
        (*_expressions(tree), *_RETURNED.findall(code)),
    )


def _nodes(tree: Any, kind: str) -> Iterator[dict[str, Any]]:
    if isinstance(tree, list):
        for item in tree:
            yield from _nodes(item, kind)
    elif isinstance(tree, dict):
        for key, value in tree.items():
            if key == kind and isinstance(value, dict):
                yield value
            yield from _nodes(value, kind)


def _declared(tree: Any) -> set[str]:
    """Variables; not those that only count the rounds of a loop."""
    kinds = ("PLpgSQL_var", "PLpgSQL_rec", "PLpgSQL_row")
    variables = {node["refname"] for kind in kinds for node in _nodes(tree, kind)}
    counters = {loop["var"]["PLpgSQL_var"]["refname"] for loop in _nodes(tree, "PLpgSQL_stmt_fori")}
    return {name for name in variables - counters if not _BUILT_IN.fullmatch(name)}


def _expressions(tree: Any) -> Iterator[str]:
    """What is evaluated; of an assignment without its target, of which an index is read all the same."""
    for node in _nodes(tree, "PLpgSQL_expr"):
        query = re.sub(r"--[^\n]*", "", node["query"])
        yield re.sub(r"^\s*\w+", "", query) if node["parseMode"] >= _ASSIGNMENT else query


@pytest.fixture(scope="module")
def bodies() -> list[Body]:
    return [body for path in _files() for body in _bodies(path)]


def test_the_bodies_are_found(bodies):
    languages = {body.language for body in bodies}

    assert languages == {"plpgsql", "sql"}
    assert sum(body.language == "plpgsql" for body in bodies) > 150
    assert any(body.name == "composite_keys" for body in bodies)


def test_every_parameter_is_used(bodies):
    """A compiled function has the parameters it has for the tenant with everything; others may have no use for them."""
    used = {(body.name, name) for body in bodies for name in body.parameters if body.reads(name)}
    unused = {(body.name, name) for body in bodies for name in body.parameters} - used

    assert sorted(unused) == []


def test_every_variable_is_read(bodies):
    unread = {(body.name, name) for body in bodies for name in body.declared if not body.reads(name)} - KNOWN

    assert sorted(unread) == []


@pytest.mark.parametrize(
    ("body", "unused", "unread"),
    [
        ("BEGIN RETURN p_one; END", ["p_two"], []),
        ("DECLARE v_x int; BEGIN v_x := p_one + p_two; RETURN 1; END", [], ["v_x"]),
        ("DECLARE v_x int; BEGIN SELECT p_one INTO v_x; RETURN p_two; END", [], ["v_x"]),
        ("DECLARE v_x int := 1; BEGIN RETURN p_one + p_two + v_x; END", [], []),
        ("DECLARE v_r record; BEGIN SELECT 1 AS a INTO v_r; RETURN p_one + p_two + v_r.a; END", [], []),
        ("BEGIN FOR v_i IN 1 .. p_one LOOP PERFORM p_two; END LOOP; RETURN 1; END", [], []),
        ("DECLARE v_x int; BEGIN SELECT 1 INTO v_x; IF v_x = p_one THEN RETURN p_two; END IF; END", [], []),
        ("BEGIN -- p_two\nRETURN p_one; END", ["p_two"], []),
    ],
)
def test_the_check_finds_what_it_is_for(tmp_path, body, unused, unread):
    file = tmp_path / "one.sql"
    file.write_text(f"CREATE FUNCTION c360.f(p_one int, p_two int) RETURNS int LANGUAGE plpgsql AS $$ {body} $$;\n")

    (read,) = _bodies(file)

    assert [name for name in read.parameters if not read.reads(name)] == unused
    assert [name for name in read.declared if not read.reads(name)] == unread
