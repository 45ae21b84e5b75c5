"""The condition of a segment: an expression that is taken apart where it says AND, OR and NOT, to explain each part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pglast import ast, enums

from c360.domain.errors import ScoringRefused
from c360.governance.expressions import Expression, Readable, Reader, Subject, is_a

MOST_VALUES = 40
_SUBJECT = Subject(
    noun="condition",
    code="U3302",
    example="total_orders > 3",
    clause="WHERE",
    parts="Split it into several segments.",
    nested="Split it into several segments and use in_segment().",
    tells="membership",
    hint_of_masked="Whoever is in a segment can be read by every reader: use what is not masked.",
)


@dataclass(frozen=True)
class Part:
    """A node of the tree that an answer to "why" shows: and, or, not, or a leaf with the values it looks at."""

    place: int
    parent: int | None
    kind: str
    text: str
    sql: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Condition:
    """A checked condition, whole and in parts."""

    whole: Expression
    parts: tuple[Part, ...]


def read_condition(text: str, readable: Readable) -> Condition:
    """Check a condition and write it as SQL; raises ScoringRefused U3302."""
    reader = Reader(_SUBJECT, text, readable)
    tree = reader.parsed()
    whole = reader.written(tree)
    return Condition(whole, tuple(_divided(reader, tree)))


def refused(what: str, hint: str) -> ScoringRefused:
    """U3302, about a condition as a whole."""
    return ScoringRefused(what, code=_SUBJECT.code, hint=hint)


def _divided(reader: Reader, tree: Any) -> list[Part]:
    """AND, OR and NOT are taken apart, everything else is a leaf."""
    parts: list[Part] = []

    def divide(node: Any, parent: int | None) -> None:
        place = len(parts) + 1
        written, values = reader.again(node)
        if not is_a(node, ast.BoolExpr):
            if len(values) > MOST_VALUES:
                raise refused(f"a part of it looks at more than {MOST_VALUES} values", "Split it with AND and OR.")
            parts.append(Part(place, parent, "leaf", written.text, written.sql, values))
            return
        kind = {enums.BoolExprType.AND_EXPR: "and", enums.BoolExprType.OR_EXPR: "or"}.get(node.boolop, "not")
        parts.append(Part(place, parent, kind, written.text, written.sql))
        for operand in node.args:
            divide(operand, place)

    divide(tree, None)
    return parts
