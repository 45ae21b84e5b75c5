"""The jinja2 environment of tenant templates: holes that cannot carry SQL.

Every hole must pass `ident` or `literal`; anything else stops the rendering, as does an undefined name. There are no
other filters, no globals and no string building: what a template wants to know, the spec object must answer.

What the filters give never holds a line break or a dollar sign, so that it can end neither a comment nor a dollar
quoted function body.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import jinja2
from jinja2 import nodes
from markupsafe import Markup
from pglast import keywords

from c360.domain.tenants import DataType
from c360.templates.errors import TemplateRejected

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_KEYWORDS = keywords.RESERVED_KEYWORDS | keywords.TYPE_FUNC_NAME_KEYWORDS | keywords.COL_NAME_KEYWORDS
_ESCAPES = re.compile(r"[\x01-\x1f\x7f\\$\u0085\u2028\u2029]")
_MAX_NAME = 63
_FORBIDDEN = (
    nodes.Concat,
    nodes.Add,
    nodes.Mod,
    nodes.MarkSafe,
    nodes.MarkSafeIfAutoescape,
    nodes.Include,
    nodes.Import,
    nodes.FromImport,
    nodes.Extends,
)


def ident(value: object) -> Markup:
    """A name as SQL: quoted where it has to be. The fixed list of data types passes as it stands."""
    if isinstance(value, DataType):
        return Markup(value.value)  # noqa: S704 - one of our own constants
    if not isinstance(value, str):
        raise TemplateRejected(f"a name must be text, not {type(value).__name__}")
    if not value or len(value.encode()) > _MAX_NAME or _ESCAPES.search(value) or "\0" in value:
        raise TemplateRejected(f"{value!r} cannot be a name in SQL")
    if _PLAIN.fullmatch(value) and value not in _KEYWORDS:
        return Markup(value)  # noqa: S704 - letters, digits and underscores
    return Markup('"' + value.replace('"', '""') + '"')  # noqa: S704 - quoted here


def literal(value: object) -> Markup:
    """A value as SQL: text, number, boolean, None, or a list of texts."""
    return Markup(_literal(value))  # noqa: S704 - quoted below


def environment() -> jinja2.Environment:
    """Autoescape makes jinja2 keep apart what has passed a filter (Markup) and what has not (str)."""
    made = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        finalize=_only_filtered,
        keep_trailing_newline=True,
    )
    made.filters = {"ident": ident, "literal": literal}
    made.globals = {}
    return made


@lru_cache(maxsize=64)
def compile_template(text: str, name: str) -> jinja2.Template:
    """Refuse string building, which would turn unfiltered text into filtered, then compile.

    Kept, because a process renders the same few for every tenant it plans, and compiling takes longer than rendering.
    """
    made = environment()
    tree = made.parse(text, name)
    if found := next(tree.find_all(_FORBIDDEN), None):
        raise TemplateRejected(f"{name} line {found.lineno}: templates may not build strings or take in other files")
    return made.from_string(tree)


def _only_filtered(value: Any) -> Any:
    if isinstance(value, Markup):
        return value
    if isinstance(value, jinja2.Undefined):
        return str(value)  # StrictUndefined raises here and names what is missing
    raise TemplateRejected(f"a hole with {value!r} passes neither ident nor literal")


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return repr(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Sequence) and all(isinstance(item, str) for item in value):
        return "ARRAY[" + ", ".join(_text(item) for item in value) + "]::text[]"
    raise TemplateRejected(f"{type(value).__name__} cannot be a literal in SQL")


def _text(value: str) -> str:
    if "\0" in value:
        raise TemplateRejected("text with the character U+0000 cannot be stored")
    doubled = str(value).replace("'", "''")
    if not _ESCAPES.search(doubled):
        return f"'{doubled}'"
    return "E'" + _ESCAPES.sub(lambda match: f"\\u{ord(match[0]):04x}", doubled) + "'"
