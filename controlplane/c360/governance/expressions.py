"""Read an expression over golden records as PostgreSQL reads it, refuse what it may not say, and write it anew as SQL.

It is one expression over the columns of golden records and the functions listed below. What is not listed is refused:
other functions, operators, types and relations, subqueries, parameters, names with a schema. The text of the author
never becomes part of a statement: SQL is written from the checked tree, names and values quoted.

Pure: knows no connection. Whether types fit, PostgreSQL says when the function is made.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pglast
from pglast import ast, enums

from c360.domain.errors import ScoringRefused
from c360.governance import lookups
from c360.templates.environment import ident, literal

MOST_CHARACTERS = 4000
MOST_NODES = 300
MOST_LEVELS = 20
MOST_LOOKUPS = 12
MOST_TEXT = 300

_OWN = (*lookups.EVENTS, *lookups.PROPERTIES, "in_segment", "days_since")
# Name: fewest and most arguments. All are IMMUTABLE or STABLE functions of pg_catalog whose answers are no longer than
# what they are given.
_FUNCTIONS = {
    "abs": (1, 1),
    "array_length": (2, 2),
    "btrim": (1, 1),
    "cardinality": (1, 1),
    "ceil": (1, 1),
    "char_length": (1, 1),
    "date_part": (2, 2),
    "date_trunc": (2, 2),
    "floor": (1, 1),
    "left": (2, 2),
    "length": (1, 1),
    "lower": (1, 1),
    "now": (0, 0),
    "right": (2, 2),
    "round": (1, 2),
    "split_part": (3, 3),
    "starts_with": (2, 2),
    "upper": (1, 1),
}
_OF_SYNTAX = {"extract": "date_part", "btrim": "btrim"}
_COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})
_OPERATORS = _COMPARISONS | {"+", "-", "*", "/", "%", "||", "&&", "@>", "<@", "->", "->>", "?"}
_TYPES = {
    "text": "text",
    "int4": "integer",
    "int8": "bigint",
    "numeric": "numeric",
    "float8": "double precision",
    "bool": "boolean",
    "date": "date",
    "timestamptz": "timestamptz",
    "interval": "interval",
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d(:\d\d)?)?)?")
_WINDOW = re.compile(r"(\d{1,4}) (minute|hour|day|week|month|year)s?")
_MOST_OF_UNIT = {"minute": 9999, "hour": 9999, "day": 3660, "week": 520, "month": 120, "year": 10}
_LIKE = {"~~": "LIKE", "!~~": "NOT LIKE", "~~*": "ILIKE", "!~~*": "NOT ILIKE"}
_BETWEEN = {
    enums.A_Expr_Kind.AEXPR_BETWEEN: "BETWEEN",
    enums.A_Expr_Kind.AEXPR_NOT_BETWEEN: "NOT BETWEEN",
}
_TESTS = {
    enums.BoolTestType.IS_TRUE: "IS TRUE",
    enums.BoolTestType.IS_NOT_TRUE: "IS NOT TRUE",
    enums.BoolTestType.IS_FALSE: "IS FALSE",
    enums.BoolTestType.IS_NOT_FALSE: "IS NOT FALSE",
    enums.BoolTestType.IS_UNKNOWN: "IS UNKNOWN",
    enums.BoolTestType.IS_NOT_UNKNOWN: "IS NOT UNKNOWN",
}
_START = "SELECT "
_NO_COLUMN = "c360 tenant show lists them; texts stand in single quotes."
# The attribute that says how often somebody did what: where it is masked, so is every question about events.
EVENT_COUNTS = "event_summary"
# How `columns` of an expression name a property of events.
PROPERTY = "properties."
# What orders say of their value tells the revenue of whoever placed them.
_ORDERS = frozenset({"Order Completed", "Order Refunded"})
_AMOUNTS = frozenset(
    {"amount", "price", "products", "refundAmount", "refund_amount", "revenue", "subtotal", "total", "value"}
)
REVENUE = ("total_revenue", "avg_order_value")
_PATH = re.compile(r"[^.]{1,100}(\.[^.]{1,100}){0,4}")


@dataclass(frozen=True)
class Subject:
    """What an expression is for, in the words of its refusals."""

    noun: str
    code: str
    example: str
    clause: str
    parts: str
    nested: str
    tells: str
    hint_of_masked: str
    refused_functions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Relation:
    """What expressions may read: one row a golden record, joined by its id. Scores and traits are one more of these.

    `columns` says of each column which attributes it tells the value of, beside one of its own name; `timely` names
    those that change because time passes. `by_ids`: no view but a function that takes the ids of golden records.
    """

    alias: str
    view: str
    columns: Mapping[str, tuple[str, ...]]
    timely: frozenset[str] = frozenset()
    by_ids: bool = False


@dataclass(frozen=True)
class Readable:
    """What expressions of a tenant may read: relations, but nothing that tells a masked attribute; of events the
    properties that are shown to readers."""

    schema: str
    relations: tuple[Relation, ...]
    masked: frozenset[str] = frozenset()
    properties: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Expression:
    """A checked expression. `sql` speaks of the aliases of relations and of `joins`, $2 is the point in time.

    `values` are those it looks at, by what its author would call them.
    """

    text: str
    sql: str
    values: Mapping[str, str]
    relations: tuple[Relation, ...]
    columns: tuple[str, ...]
    segments: tuple[str, ...]
    joins: tuple[str, ...]
    uses_time: bool


@dataclass(frozen=True)
class Written:
    """A piece of the expression as the database runs it, and as its author would write it."""

    sql: str
    text: str


class Reader:
    """Reads one expression over the schema of a tenant; raises ScoringRefused with the code of its subject."""

    def __init__(self, subject: Subject, text: str, readable: Readable) -> None:
        self._subject = subject
        self._source = text
        self._schema = readable.schema
        self._relations = readable.relations
        self._masked = readable.masked
        self._properties = readable.properties
        self._nodes = 0
        self._used: dict[str, Relation] = {}
        self._columns: dict[str, None] = {}
        self._segments: dict[str, None] = {}
        self._joins: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._uses_time = False

    def expression(self) -> Expression:
        """The whole of it."""
        return self.written(self.parsed())

    def written(self, tree: Any) -> Expression:
        """A tree that was read, checked and written anew."""
        whole = self.write(tree)
        return Expression(
            text=whole.text,
            sql=whole.sql,
            values=dict(self._values),
            relations=tuple(self._used.values()),
            columns=tuple(self._columns),
            segments=tuple(self._segments),
            joins=tuple(self._joins),
            uses_time=self._uses_time,
        )

    def again(self, node: Any) -> tuple[Written, dict[str, str]]:
        """A part of what was written already, with the values it looks at."""
        self._nodes = 0
        self._values = {}
        return self.write(node), dict(self._values)

    def parsed(self) -> Any:
        if not self._source.strip():
            raise self.refused(f"the {self._subject.noun} is empty", f"Write one, such as: {self._subject.example}")
        if len(self._source) > MOST_CHARACTERS:
            raise self.refused(
                f"the {self._subject.noun} has more than {MOST_CHARACTERS} characters", self._subject.parts
            )
        if "\0" in self._source:
            raise self.refused(f"the {self._subject.noun} contains a zero character", "Remove it.")
        try:
            statements: Any = pglast.parse_sql(_START + self._source)
        except (pglast.parser.ParseError, RecursionError) as error:
            raise self._unreadable(error) from error
        if len(statements) != 1 or not _is_expression(statements[0].stmt):
            raise self.refused(
                f"the {self._subject.noun} is not one expression",
                f"Write only what would stand after {self._subject.clause}, without subqueries, semicolons and further"
                " clauses.",
            )
        return statements[0].stmt.targetList[0].val

    def _unreadable(self, error: Exception) -> ScoringRefused:
        message, *place = error.args
        where = place[0] + 1 - len(_START) if place and isinstance(place[0], int) else None
        what = f"the {self._subject.noun} cannot be read: {message}"
        return self.refused(what, "Check commas, quotes and brackets.", where)

    # Writing: one method a kind of node; a kind without one is refused.

    def write(self, node: Any, level: int = 0) -> Written:
        """One node with all below it."""
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise self.refused(f"the {self._subject.noun} is too large", self._subject.nested)
        if level > MOST_LEVELS:
            raise self.refused(
                f"the {self._subject.noun} is nested more than {MOST_LEVELS} levels deep", self._subject.nested
            )
        write = _WRITERS.get(type(node))
        if write is None:
            what = _CALLED.get(type(node), f"{type(node).__name__} is")
            raise self._refused(node, f"{what} not allowed here", "Only expressions over columns of golden records.")
        written: Written = write(self, node, level + 1)
        return written

    def _operand(self, node: Any, level: int) -> Written:
        written = self.write(node, level)
        is_plain = not is_a(node, ast.A_Expr | ast.BoolExpr | ast.NullTest | ast.BooleanTest)
        return written if is_plain else Written(written.sql, f"({written.text})")

    def _many(self, nodes: Iterable[Any], level: int) -> list[Written]:
        return [self.write(node, level) for node in nodes or ()]

    def _boolean(self, node: Any, level: int) -> Written:
        operands = self._many(node.args, level)
        if node.boolop == enums.BoolExprType.NOT_EXPR:
            return Written(f"(NOT {operands[0].sql})", f"NOT {_in_brackets(operands[0].text, node.args[0])}")
        word = " AND " if node.boolop == enums.BoolExprType.AND_EXPR else " OR "
        texts = [_in_brackets(part.text, operand) for part, operand in zip(operands, node.args, strict=True)]
        return Written(f"({word.join(part.sql for part in operands)})", word.join(texts))

    def _expression(self, node: Any, level: int) -> Written:
        kind = node.kind
        if len(node.name) != 1:
            raise self._refused(node, "operators are written without a schema", "Write = and not OPERATOR(schema.=).")
        name = node.name[0].sval
        if kind in _BETWEEN:
            left = self._operand(node.lexpr, level)
            low, high = (self._operand(end, level) for end in node.rexpr)
            return _joined(left, f" {_BETWEEN[kind]} ", low, " AND ", high)
        if kind in (enums.A_Expr_Kind.AEXPR_LIKE, enums.A_Expr_Kind.AEXPR_ILIKE):
            return self._like(node, name, level)
        if kind == enums.A_Expr_Kind.AEXPR_IN:
            left = self._operand(node.lexpr, level)
            listed = _listed(self._many(node.rexpr, level), "(", ")")
            return _joined(left, " IN " if name == "=" else " NOT IN ", listed)
        if kind in (enums.A_Expr_Kind.AEXPR_DISTINCT, enums.A_Expr_Kind.AEXPR_NOT_DISTINCT):
            word = " IS DISTINCT FROM " if kind == enums.A_Expr_Kind.AEXPR_DISTINCT else " IS NOT DISTINCT FROM "
            return _joined(self._operand(node.lexpr, level), word, self._operand(node.rexpr, level))
        if kind == enums.A_Expr_Kind.AEXPR_NULLIF:
            return _listed([self.write(node.lexpr, level), self.write(node.rexpr, level)], "nullif(", ")")
        if kind in (enums.A_Expr_Kind.AEXPR_OP_ANY, enums.A_Expr_Kind.AEXPR_OP_ALL) and name in _COMPARISONS:
            word = "ANY" if kind == enums.A_Expr_Kind.AEXPR_OP_ANY else "ALL"
            listed = _listed([self.write(node.rexpr, level)], f"{word} (", ")")
            return _joined(self._operand(node.lexpr, level), f" {name} ", listed)
        if kind == enums.A_Expr_Kind.AEXPR_OP and name in _OPERATORS:
            return self._operation(node, name, level)
        close = f"Allowed are {' '.join(sorted(_OPERATORS))}, LIKE, ILIKE, IN, BETWEEN and IS."
        raise self._refused(node, f"the operator {name} is not allowed", close)

    def _operation(self, node: Any, name: str, level: int) -> Written:
        right = self._operand(node.rexpr, level)
        if node.lexpr is None:
            if name not in "+-":
                raise self._refused(node, f"the operator {name} needs two sides", "Write both.")
            return Written(f"({name} {right.sql})", f"{name}{right.text}")
        left = self._operand(node.lexpr, level)
        if name in "/%":
            # Nobody's zero may stop the evaluation of all others.
            return Written(f"({left.sql} {name} nullif({right.sql}, 0))", f"{left.text} {name} {right.text}")
        return _joined(left, f" {name} ", right)

    def _like(self, node: Any, name: str, level: int) -> Written:
        pattern = _text_of(node.rexpr)
        if pattern is None or len(pattern) > 100 or pattern.count("%") > 3:
            raise self._refused(
                node,
                "LIKE takes a pattern of at most 100 characters with at most three %",
                "Write it as a text, such as LIKE 'An%'.",
            )
        return _joined(self._operand(node.lexpr, level), f" {_LIKE[name]} ", self._operand(node.rexpr, level))

    def _constant(self, node: Any, _level: int) -> Written:
        if node.isnull:
            return Written("NULL", "NULL")
        value = node.val
        if is_a(value, ast.String):
            if len(value.sval) > MOST_TEXT:
                raise self._refused(node, f"a text has more than {MOST_TEXT} characters", "Write a shorter one.")
            return Written(str(literal(value.sval)), _shown(value.sval))
        if is_a(value, ast.Boolean):
            word = "true" if value.boolval else "false"
            return Written(word, word)
        number = str(value.ival) if is_a(value, ast.Integer) else getattr(value, "fval", "")
        if not re.fullmatch(r"-?[0-9]{0,30}(\.[0-9]{0,30})?([eE][+-]?[0-9]{1,2})?", number) or not number:
            raise self._refused(node, "the number is too long, or none", "Write it in decimal digits.")
        return Written(f"({number})" if number.startswith("-") else number, number)

    def _column(self, node: Any, _level: int) -> Written:
        names = [part.sval if is_a(part, ast.String) else "*" for part in node.fields]
        if len(names) != 1 or names == ["*"]:
            raise self._refused(node, f"{'.'.join(names)} is not a bare name of a column", "Write the name alone.")
        name = names[0]
        self._refuse_masked(node, name, (name,))
        relation = next((known for known in self._relations if name in known.columns), None)
        if relation is None:
            known = [column for listed in self._relations for column in listed.columns if column not in self._masked]
            raise self._refused(node, f"there is no column {name}", nearest(name, known, _NO_COLUMN))
        self._refuse_masked(node, name, relation.columns[name])
        self._used[relation.alias] = relation
        self._columns.update(dict.fromkeys((name, *relation.columns[name])))
        self._uses_time = self._uses_time or name in relation.timely
        sql = f"{relation.alias}.{ident(name)}"
        self._values[name] = sql
        return Written(sql, str(ident(name)))

    def _refuse_masked(self, node: Any, name: str, attributes: Iterable[str]) -> None:
        if masked := next((attribute for attribute in attributes if attribute in self._masked), None):
            raise self._refused(
                node,
                f"{name} tells what is masked ({masked}), and {self._subject.tells} would tell it everybody",
                self._subject.hint_of_masked,
            )

    def _cast(self, node: Any, level: int) -> Written:
        names = [part.sval for part in node.typeName.names]
        target = _TYPES.get(names[-1]) if names[:-1] in ([], ["pg_catalog"]) else None
        plain = not (
            node.typeName.arrayBounds or node.typeName.typmods or node.typeName.setof or node.typeName.pct_type
        )
        if target is None or not plain:
            hint = f"Allowed are {', '.join(_TYPES.values())}."
            raise self._refused(node, f"a cast to {'.'.join(names)} is not allowed", hint)
        value = _text_of(node.arg)
        if value is not None and target in ("date", "timestamptz") and not _MOMENT.fullmatch(value):
            raise self._refused(node, f"{_shown(value)} is no moment", "Write 2026-12-31 or 2026-12-31 18:00:00+07.")
        if value is not None and target == "interval":
            self._window(node, value)
        inner = self.write(node.arg, level)
        text = f"{target} {inner.text}" if value is not None else f"{inner.text}::{target}"
        return Written(f"({inner.sql})::{target}", text)

    def _null_test(self, node: Any, level: int) -> Written:
        word = " IS NULL" if node.nulltesttype == enums.NullTestType.IS_NULL else " IS NOT NULL"
        inner = self.write(node.arg, level)
        return Written(f"({inner.sql}{word})", f"{inner.text}{word}")

    def _boolean_test(self, node: Any, level: int) -> Written:
        inner = self.write(node.arg, level)
        word = _TESTS[node.booltesttype]
        return Written(f"({inner.sql} {word})", f"{_in_brackets(inner.text, node.arg)} {word}")

    def _coalesce(self, node: Any, level: int) -> Written:
        return _listed(self._many(node.args, level), "coalesce(", ")")

    def _extreme(self, node: Any, level: int) -> Written:
        word = "greatest" if node.op == enums.MinMaxOp.IS_GREATEST else "least"
        return _listed(self._many(node.args, level), f"{word}(", ")")

    def _case(self, node: Any, level: int) -> Written:
        pieces: list[Written | str] = ["CASE "]
        if node.arg is not None:
            pieces += [self._operand(node.arg, level), " "]
        for branch in node.args:
            pieces += ["WHEN ", self.write(branch.expr, level), " THEN ", self.write(branch.result, level), " "]
        if node.defresult is not None:
            pieces += ["ELSE ", self.write(node.defresult, level), " "]
        return _joined(*pieces, "END")

    def _array(self, node: Any, level: int) -> Written:
        return _listed(self._many(node.elements, level), "ARRAY[", "]")

    def _moment(self, node: Any, _level: int) -> Written:
        if node.op == enums.SQLValueFunctionOp.SVFOP_CURRENT_DATE:
            self._uses_time = True
            return Written("($2)::date", "current_date")
        if node.op == enums.SQLValueFunctionOp.SVFOP_CURRENT_TIMESTAMP:
            self._uses_time = True
            return Written("$2", "now()")
        raise self._refused(node, "of such words only current_date and current_timestamp are allowed", "Use now().")

    def _call(self, node: Any, level: int) -> Written:
        name, arguments = self._plain_call(node), list(node.args or ())
        if name in lookups.PROPERTIES:
            return self._property(node, name, [_text_of(argument) for argument in arguments])
        if name in _OWN:
            return self._own_call(node, name, arguments, level)
        fewest, most = _FUNCTIONS[name]
        if not fewest <= len(arguments) <= most:
            raise self._refused(
                node, f"{name} takes {most} argument{'' if most == 1 else 's'}", f"It was given {len(arguments)}."
            )
        if name == "now":
            self._uses_time = True
            return Written("$2", "now()")
        if name in ("date_part", "date_trunc") and _text_of(arguments[0]) is None:
            raise self._refused(node, f"{name} takes the name of a unit first", "Write 'month' or another one.")
        return _listed(self._many(arguments, level), f"{name}(", ")")

    def _plain_call(self, node: Any) -> str:
        """The name of a function that may be called, called as a function of arguments in their order."""
        names = [part.sval for part in node.funcname]
        if any((node.agg_order, node.agg_filter, node.over, node.agg_within_group, node.agg_star, node.agg_distinct)):
            raise self._refused(
                node, f"{names[-1]} is called as an aggregate", f"The {self._subject.noun} is about one golden record."
            )
        if node.func_variadic or any(is_a(argument, ast.NamedArgExpr) for argument in node.args or ()):
            raise self._refused(node, "arguments are given in order, without names", "Write name(first, second).")
        if len(names) == 2 and node.funcformat == enums.CoercionForm.COERCE_SQL_SYNTAX and names[0] == "pg_catalog":
            names = [_OF_SYNTAX.get(names[1], names[1])]
        name = str(names[-1])
        if len(names) != 1 or name not in (*_FUNCTIONS, *_OWN):
            hint = nearest(name, [*_FUNCTIONS, *_OWN], f"Allowed are {', '.join(sorted([*_FUNCTIONS, *_OWN]))}.")
            raise self._refused(node, f"the function {'.'.join(names)} is not allowed", hint)
        if name in self._subject.refused_functions:
            raise self._refused(
                node, f"the {self._subject.noun} may not use {name}", self._subject.refused_functions[name]
            )
        return name

    def _own_call(self, node: Any, name: str, arguments: list[Any], level: int) -> Written:
        if name == "days_since":
            if len(arguments) != 1:
                raise self._refused(node, "days_since takes one moment", "Write days_since(last_seen_at).")
            self._uses_time = True
            moment = self.write(arguments[0], level)
            sql = f"(extract(epoch FROM ($2 - ({moment.sql})::timestamptz)) / 86400)::double precision"
            return self._looked_at(Written(sql, f"days_since({moment.text})"))
        texts = [_text_of(argument) for argument in arguments]
        most = 1 if name == "in_segment" else 2
        if not 1 <= len(texts) <= most or None in texts:
            example = "in_segment('vip')" if name == "in_segment" else f"{name}('Order Completed', '30 days')"
            raise self._refused(node, f"{name} takes texts that are written out", f"Write {example}.")
        return self._in_segment(node, str(texts[0])) if name == "in_segment" else self._events(node, name, texts)

    def _in_segment(self, node: Any, segment: str) -> Written:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", segment):
            raise self._refused(
                node, f"{_shown(segment)} is no code of a segment", "Write it as c360 segment list does."
            )
        self._segments[segment] = None
        asked = self._lookup(node, lookups.in_segment(self._schema, segment))
        return self._looked_at(Written(asked, f"in_segment({_shown(segment)})"))

    def _event(self, node: Any, name: str, text: str | None) -> str:
        if not text or len(text) > MOST_TEXT:
            raise self._refused(node, f"{name} takes the name of an event", "Write it as it is sent.")
        self._tell(node, name, (EVENT_COUNTS,))
        return text

    def _tell(self, node: Any, name: str, attributes: Iterable[str]) -> None:
        self._refuse_masked(node, name, attributes)
        self._columns.update(dict.fromkeys(attributes))

    def _property(self, node: Any, name: str, texts: list[str | None]) -> Written:
        if not 2 <= len(texts) <= 3 or None in texts:
            example = f"{name}('Product Viewed', 'category', '90 days')"
            raise self._refused(node, f"{name} takes texts that are written out", f"Write {example}.")
        event, path = self._event(node, name, texts[0]), str(texts[1])
        if not _PATH.fullmatch(path):
            hint = "Write it with points between at most five names, such as 'cart.total'."
            raise self._refused(node, f"{_shown(path)} is no path of a property", hint)
        steps = path.split(".")
        if steps[0] not in self._properties:
            raise self._refused(
                node,
                f"the property {steps[0]} of events is not shown to readers, and {self._subject.tells} would tell it",
                "Where it holds nothing that is masked, add it to shown_properties of the tenant.",
            )
        if event in _ORDERS and steps[0] in _AMOUNTS:
            self._tell(node, name, REVENUE)
        self._columns[PROPERTY + steps[0]] = None
        # Also without a window: retention removes events.
        self._uses_time = True
        if texts[2:]:
            self._window(node, str(texts[2]))
        asked = lookups.of_property(self._schema, name, event, steps, *map(str, texts[2:]))
        return self._looked_at(
            Written(self._lookup(node, asked), f"{name}({', '.join(_shown(str(text)) for text in texts)})")
        )

    def _events(self, node: Any, name: str, texts: list[str | None]) -> Written:
        event, window = self._event(node, name, texts[0]), texts[1] if len(texts) > 1 else None
        if window is None:
            asked = lookups.of_all_time(self._schema, name, event)
        else:
            self._window(node, window)
            self._uses_time = True
            asked = lookups.within(self._schema, name, event, window)
        text = f"{name}({', '.join(_shown(text) for text in (event, window) if text is not None)})"
        return self._looked_at(Written(self._lookup(node, asked), text))

    def _lookup(self, node: Any, query: str) -> str:
        """A query of its own a golden record; the same one is asked once."""
        if query not in self._joins and len(self._joins) == MOST_LOOKUPS:
            raise self._refused(
                node,
                f"the {self._subject.noun} looks at more than {MOST_LOOKUPS} events and segments",
                self._subject.parts,
            )
        return f"{self._joins.setdefault(query, f'found{len(self._joins) + 1}')}.value"

    def _looked_at(self, written: Written) -> Written:
        self._values[written.text] = written.sql
        return written

    def _window(self, node: Any, text: str) -> None:
        found = _WINDOW.fullmatch(text)
        if found is None or not 1 <= int(found[1]) <= _MOST_OF_UNIT[found[2]]:
            raise self._refused(node, f"{_shown(text)} is no length of time", "Write '30 days', at most ten years.")

    def _refused(self, node: Any, what: str, hint: str) -> ScoringRefused:
        place = getattr(node, "location", None)
        if place is None and is_a(node, ast.A_Expr):
            place = getattr(node.lexpr, "location", None)
        return self.refused(what, hint, None if place is None or place < 0 else place + 1 - len(_START))

    def refused(self, what: str, hint: str, place: int | None = None) -> ScoringRefused:
        """With the place in the text, counted in characters from 1."""
        detail = None if place is None or place < 1 else f"At character {place} of the {self._subject.noun}."
        return ScoringRefused(what, code=self._subject.code, detail=detail, hint=hint)


def is_a(node: Any, kind: Any) -> bool:
    """isinstance for nodes of pglast, whose types promise less than the parser keeps."""
    return isinstance(node, kind)


def _is_expression(statement: Any) -> bool:
    """SELECT expression, and nothing else that could stand in a SELECT."""
    if not is_a(statement, ast.SelectStmt) or len(statement.targetList or ()) != 1:
        return False
    target = statement.targetList[0]
    clauses = (
        "distinctClause",
        "intoClause",
        "fromClause",
        "whereClause",
        "groupClause",
        "havingClause",
        "windowClause",
        "valuesLists",
        "sortClause",
        "limitOffset",
        "limitCount",
        "lockingClause",
        "withClause",
        "larg",
        "rarg",
    )
    return target.name is None and not target.indirection and not any(getattr(statement, name) for name in clauses)


def _text_of(node: Any) -> str | None:
    """The text of a literal; None for everything else."""
    is_text = is_a(node, ast.A_Const) and not node.isnull and is_a(node.val, ast.String)
    return node.val.sval if is_text else None


def _shown(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _in_brackets(text: str, node: Any) -> str:
    is_compound = is_a(node, ast.BoolExpr) and node.boolop != enums.BoolExprType.NOT_EXPR
    return f"({text})" if is_compound else text


def _joined(*pieces: Written | str) -> Written:
    sql = "".join(piece if isinstance(piece, str) else piece.sql for piece in pieces)
    return Written(f"({sql})", "".join(piece if isinstance(piece, str) else piece.text for piece in pieces))


def _listed(items: list[Written], begin: str, end: str) -> Written:
    sql, text = (", ".join(getattr(item, kind) for item in items) for kind in ("sql", "text"))
    return Written(f"{begin}{sql}{end}", f"{begin}{text}{end}")


def nearest(name: str, known: Iterable[str], otherwise: str) -> str:
    """A hint: the known name that is meant, most likely."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"Did you mean {close[0]}?" if close else otherwise


_CALLED = {
    ast.SubLink: "a subquery is",
    ast.ParamRef: "a parameter is",
    ast.RowExpr: "a row is",
    ast.CollateClause: "COLLATE is",
    ast.A_Indirection: "a subscript is",
}
_WRITERS: dict[type, Callable[[Reader, Any, int], Written]] = {
    ast.BoolExpr: Reader._boolean,
    ast.A_Expr: Reader._expression,
    ast.A_Const: Reader._constant,
    ast.ColumnRef: Reader._column,
    ast.TypeCast: Reader._cast,
    ast.NullTest: Reader._null_test,
    ast.BooleanTest: Reader._boolean_test,
    ast.CoalesceExpr: Reader._coalesce,
    ast.MinMaxExpr: Reader._extreme,
    ast.A_ArrayExpr: Reader._array,
    ast.CaseExpr: Reader._case,
    ast.SQLValueFunction: Reader._moment,
    ast.FuncCall: Reader._call,
}
