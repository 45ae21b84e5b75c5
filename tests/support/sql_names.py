"""The names in our SQL, and where it reads a row by a name that a column may also have.

Texts are those of pg/ and of the golden files of the templates; PostgreSQL's own parsers read them. Run as a program it
prints each finding with file and line, for `make lint`.

A row is read by the name of its alias alone (`to_jsonb(attempt)`): where the row has a column of that name, PostgreSQL
takes the column. `attempt.*` is the row whatever its columns are called. Golden records and their metrics have columns
that tenants name, so a statement that reads them qualifies every column, and its function says how variables are told
from columns.
"""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pglast
from pglast import ast, keywords
from pglast.visitors import Visitor

from c360.installer.sources import sql_root

GOLDEN = Path(__file__).resolve().parents[1] / "templates" / "golden"
# Tables with columns that tenants name, and the function that answers such rows.
NAMED_BY_TENANTS = frozenset({"cdp_master_profiles", "cdp_profile_metrics", "cdp_profiles", "assemble_profiles"})
# Functions that answer one column, named like the alias: the alias is that column, not a row.
_SCALAR = frozenset(
    {
        "unnest",
        "generate_series",
        "generate_subscripts",
        "jsonb_array_elements",
        "jsonb_array_elements_text",
        "jsonb_object_keys",
        "jsonb_path_query",
        "regexp_split_to_table",
        "string_to_table",
    }
)
_QUERY, _EXPRESSION = 0, 2
_IS_STATEMENT = re.compile(r"^\s*(WITH|SELECT|INSERT|UPDATE|DELETE)\s", re.IGNORECASE)
_HOLE = re.compile(r"(?<!%)%(\d+\$)?(?P<kind>[sIL])")
_OPENING = frozenset({"set", "by", "join", "update", "delete"})
# The parser outside of a server knows no types of ours.
_COMPOSITES = re.compile(r"\bc360\.[a-z_]+(\[\])?(?=\s*(?:,|\)|;|:=|$))", re.MULTILINE)


@dataclass(frozen=True)
class Statement:
    """One statement, with the function it stands in and the line of the file where it begins."""

    path: Path
    line: int
    function: str
    text: str
    variables: frozenset[str] = frozenset()
    conflict: str = "error"


@dataclass(frozen=True)
class Finding:
    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


class _Names(Visitor):
    """The names of a statement: of rows, of columns, and those that stand alone."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: set[str] = set()
        self.tables: set[str] = set()
        self.columns: set[str] = set()
        self.functions: set[str] = set()
        self.alone: list[tuple[str, int]] = []
        self.texts: list[str] = []

    def visit_RangeVar(self, _ancestors: Any, node: Any) -> None:  # noqa: N802 - named by pglast
        self.tables.add(node.relname)
        self.rows.add(node.alias.aliasname if node.alias else node.relname)

    def visit_RangeSubselect(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        if node.alias:
            self.rows.add(node.alias.aliasname)

    def visit_RangeFunction(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        calls = [call for call, _ in node.functions if isinstance(call, ast.FuncCall)]
        name = node.alias.aliasname if node.alias else calls[0].funcname[-1].sval
        is_column = len(calls) == 1 and calls[0].funcname[-1].sval in _SCALAR and len(calls[0].args or ()) > 0
        if not is_column or (node.alias and node.alias.colnames):
            self.rows.add(name)
        self.columns.add(name)

    def visit_CommonTableExpr(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self.rows.add(node.ctename)
        self.columns.update(name.sval for name in node.aliascolnames or ())

    def visit_Alias(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self.columns.update(name.sval for name in node.colnames or ())

    def visit_ResTarget(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self.columns.update([node.name] if node.name else ())

    def visit_ColumnDef(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self.columns.add(node.colname)

    def visit_ColumnRef(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        names = [part.sval for part in node.fields if isinstance(part, ast.String)]
        self.columns.update(names)
        if len(node.fields) == 1 and names:
            self.alone.append((names[0], node.location))

    def visit_A_Const(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        if isinstance(node.val, ast.String):
            self.texts.append(node.val.sval)

    def visit_FuncCall(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self.functions.add(node.funcname[-1].sval)

    def visit_FunctionParameter(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self.columns.update([node.name] if node.name else ())

    def visit_CreateFunctionStmt(self, _ancestors: Any, node: Any) -> None:  # noqa: N802
        self.functions.add(node.funcname[-1].sval)


@cache
def _named(text: str) -> _Names:
    names = _Names()
    names(pglast.parse_sql(text))
    return names


def files() -> tuple[Path, ...]:
    """Everything whose text may still change, and what the templates make of it for a plain and a full tenant."""
    kept = (path for path in sorted(sql_root().rglob("*.sql")) if path.parent.name != "migrations")
    golden = (path for name in ("plain", "full") for path in sorted((GOLDEN / name / "repeatable").rglob("*.sql")))
    return tuple(path for path in (*kept, *golden) if path.name not in {"install.sql", "manifest.sql"})


@cache
def statements(path: Path) -> tuple[Statement, ...]:
    """Every statement of a file; of a function its own, and what they build as text."""
    text = "".join(
        "\n" if line.startswith("\\") else line for line in path.read_text("utf-8").splitlines(keepends=True)
    )
    written = tuple(_statements(path, text))
    return (*written, *(built for statement in written for built in _built(statement)))


def _built(statement: Statement) -> Iterator[Statement]:
    """What a statement gives to format() or EXECUTE, with a name for each hole; no variable reaches into it."""
    for text in _named(statement.text).texts:
        if _IS_STATEMENT.search(text):
            begin = max(statement.text.find(text.replace("'", "''")), statement.text.find(text), 0)
            line = statement.line + statement.text.count("\n", 0, begin)
            with contextlib.suppress(pglast.parser.ParseError):
                filled = _HOLE.sub(_filled, text).replace("%%", "%")
                _named(filled)
                yield Statement(statement.path, line, statement.function, filled)


def _filled(hole: re.Match[str]) -> str:
    """A name; nothing where a list goes on (`ROW(0 %1$s)`)."""
    before = re.search(r"([\w)\]\"]+)\s*$", hole.string[: hole.start()])
    goes_on = hole["kind"] == "s" and before and before[1].lower() not in keywords.RESERVED_KEYWORDS | _OPENING
    return "" if goes_on else "'x'" if hole["kind"] == "L" else "_x"


def _statements(path: Path, text: str) -> Iterator[Statement]:
    for raw in pglast.parse_sql(text):
        start = raw.stmt_location
        source = text[start : start + raw.stmt_len] if raw.stmt_len else text[start:]
        if isinstance(raw.stmt, ast.CreateFunctionStmt):
            yield from _of_function(path, text, start, raw.stmt, source)
        elif not isinstance(raw.stmt, ast.DoStmt):
            yield Statement(path, text.count("\n", 0, start) + 1, "", source)


def _of_function(path: Path, text: str, start: int, made: Any, source: str) -> Iterator[Statement]:
    name, options = made.funcname[-1].sval, {option.defname: option.arg for option in made.options}
    body = options["as"][0].sval
    begin = text.index(body, start)
    parameters = frozenset(one.name for one in made.parameters or () if one.name)
    if options["language"].sval == "sql":
        yield Statement(path, text.count("\n", 0, begin) + 1, name, body, parameters, "use_column")
        return
    tree = pglast.parse_plpgsql(_COMPOSITES.sub(lambda found: "text[]" if found[1] else "record", source))
    kinds = ("PLpgSQL_var", "PLpgSQL_rec", "PLpgSQL_row")
    variables = parameters | {node["refname"] for kind in kinds for node in _nodes(tree, kind)}
    conflict = re.search(r"#variable_conflict (\w+)", body)
    place = begin
    for node in _nodes(tree, "PLpgSQL_expr"):
        first = node["query"].split("\n", 1)[0]
        place = max(text.find(first, place), place)
        query = {_QUERY: "", _EXPRESSION: "SELECT "}.get(node["parseMode"], "")
        query += node["query"] if not node["parseMode"] > _EXPRESSION else _assigned(node["query"])
        line = text.count("\n", 0, place) + 1
        yield Statement(path, line, name, query, variables, conflict[1] if conflict else "error")


def _assigned(text: str) -> str:
    return re.sub(r"^\s*[\w.]+(?:\[(?:[^\[\]]|\[[^\]]*\])*\])*\s*:?=", "SELECT ", text)


def _nodes(tree: Any, kind: str) -> Iterator[dict[str, Any]]:
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        if key == kind:
            yield value
        yield from _nodes(value, kind)


def findings(of: Iterable[Statement]) -> Iterator[Finding]:
    """Rows read by a name a column may have, and names alone beside columns that tenants name."""
    for statement in of:
        names = _named(statement.text)
        is_open = bool(NAMED_BY_TENANTS & (names.tables | names.functions))
        for name, location in names.alone:
            problem = _problem(statement, names, name) if is_open or name in names.rows else ""
            if problem:
                yield Finding(statement.path, statement.line + statement.text.count("\n", 0, location), problem)


def _problem(statement: Statement, names: _Names, name: str) -> str:
    if name.startswith("_"):  # no attribute has a name like that
        return ""
    if name in names.rows:
        return f"row {name} is read by a name that a column may have: write {name}.*"
    if name not in statement.variables:
        return f"column {name} stands alone where tenants name columns: write the row it is of"
    if statement.conflict != "use_variable":
        return f"{name} would be the column of that name if there is one: say #variable_conflict use_variable"
    return ""


def names_beside_golden_records() -> frozenset[str]:
    """Every name of a statement that reads columns named by tenants, and of the variables of its function."""
    return frozenset(_all_names(lambda names: bool(NAMED_BY_TENANTS & (names.tables | names.functions))))


def names_of_our_sql() -> frozenset[str]:
    """Every alias, column, variable, parameter and function there is in our SQL."""
    return frozenset(_all_names(lambda _: True))


def _all_names(takes: Any) -> Iterator[str]:
    for path in files():
        for statement in statements(path):
            names = _named(statement.text)
            if takes(names):
                yield from names.rows | names.tables | names.columns | names.functions | statement.variables
                yield statement.function


if __name__ == "__main__":
    found = [finding for path in files() for finding in findings(statements(path))]
    print(*found, sep="\n", file=sys.stderr)
    sys.exit(bool(found))
