"""Templates of what is sent: JSON documents whose texts are Liquid.

A text that is one `{{ expression }}` gives the value of the expression with its type; any other text gives text. What
is absent in the message is left out of the document. Two objects are instructions: `{"$when": condition, ...}` is left
out unless its condition holds, `{"$each": list, "$as": name, "$value": document}` gives one document an element.

Whoever may add a webhook writes the template, and its mistakes run in the relay of everybody. So a template sees plain
values only, has no way to files or other templates, and spends from one budget: steps of loops and filters, sizes of
texts, lists and numbers, length of the result. Pure: no clock, no network, no environment.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from io import StringIO
from typing import Any, NoReturn, TextIO
from urllib.parse import quote
from zoneinfo import ZoneInfo

from liquid import BoundTemplate, Environment, Mode, RenderContext, is_undefined
from liquid.builtin.output import OutputNode
from liquid.exceptions import LiquidError

from c360.domain.errors import C360Error, UsageError

MOST_SOURCE = 32_768
MOST_OUTPUT = 262_144
MOST_TEXT = 65_536
MOST_ELEMENTS = 1_000
MOST_STEPS = 50_000
_MOST_NODES = 1_000
_MOST_DEPTH = 20
_MOST_NUMBER = 2**63
_TAGS = {
    "#", "assign", "break", "capture", "case", "comment", "content", "continue", "cycle", "echo", "for", "if",
    "illegal", "liquid", "output", "unless",
}  # fmt: skip
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,40}")
_DATE_FORMAT = re.compile(r"(?:[^%]|%-?[aAbBdefFHIjmMpSTuyYzZ%])*")


class TemplateInvalid(UsageError):
    """A template cannot be used at all: not Liquid, too large, or an instruction is wrong."""


class TemplateFailed(C360Error):
    """A template cannot be rendered for one message; nothing of it is sent."""


class Budget:
    """What one rendering may still spend."""

    __slots__ = ("steps", "written")

    def __init__(self) -> None:
        self.steps = MOST_STEPS
        self.written = 0

    def spend(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise _TooMuch(f"it takes more than {MOST_STEPS} steps")

    def write(self, length: int) -> None:
        self.written += length
        if self.written > MOST_OUTPUT:
            raise _TooMuch(f"it gives more than {MOST_OUTPUT} characters")


@dataclass(frozen=True)
class Scope:
    """What a template sees, and its budget."""

    values: Mapping[str, Any]
    budget: Budget

    def with_value(self, name: str, value: Any) -> Scope:
        return Scope({**self.values, name: value}, self.budget)


class Document:
    """A compiled template. Raises TemplateInvalid where it is made."""

    def __init__(self, source: Any) -> None:
        self._counts = [0, 0]
        self._render = self._compiled(source, 0)

    def render(self, values: Mapping[str, Any]) -> Any:
        """The document for these values; None where all of it is absent. Raises TemplateFailed."""
        try:
            result = self._render(Scope(values, Budget()))
        except LiquidError as error:
            raise TemplateFailed(_told(error), code="template") from error
        except (_TooMuch, ArithmeticError, LookupError, TypeError, ValueError, RecursionError, MemoryError) as error:
            raise TemplateFailed(str(error) or type(error).__name__, code="template") from error
        return None if result is _ABSENT else result

    def _compiled(self, source: Any, depth: int) -> _Render:
        self._count(depth)
        if isinstance(source, str):
            self._counts[1] += len(source)
            if self._counts[1] > MOST_SOURCE:
                _refuse(f"a template has at most {MOST_SOURCE} characters")
            return _compiled_text(source)
        if isinstance(source, list):
            return _listed([self._compiled(element, depth + 1) for element in source])
        if isinstance(source, dict):
            return self._compiled_object(source, depth)
        if source is None or isinstance(source, (bool, int, float)):
            return _literal(source, len(str(source)))
        return _refuse(f"a template is made of JSON, not of {type(source).__name__}")

    def _compiled_object(self, source: dict[Any, Any], depth: int) -> _Render:
        if "$each" in source:
            return self._compiled_each(source, depth)
        when = self._compiled(source["$when"], depth + 1) if "$when" in source else None
        members = {}
        for name, value in source.items():
            if not isinstance(name, str) or (name.startswith("$") and name != "$when"):
                _refuse(f"{name} is no instruction of a template", "There are $when, and $each with $as and $value.")
            self._counts[1] += len(name)
            if name != "$when":
                members[name] = self._compiled(value, depth + 1)
        return _membered(members, when)

    def _compiled_each(self, source: dict[Any, Any], depth: int) -> _Render:
        name = source.get("$as", "item")
        if set(source) - {"$each", "$as", "$value"} or "$value" not in source:
            _refuse("$each stands with $value and, if you like, $as, and with nothing else")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            _refuse("$as is a name of small letters, digits and _")
        return _repeated(self._compiled(source["$each"], depth + 1), name, self._compiled(source["$value"], depth + 1))

    def _count(self, depth: int) -> None:
        self._counts[0] += 1
        if depth > _MOST_DEPTH or self._counts[0] > _MOST_NODES:
            _refuse(f"a template has at most {_MOST_NODES} values, {_MOST_DEPTH} levels deep")


class Text:
    """A compiled text that always gives text, such as a value of a header. Raises TemplateInvalid where it is made."""

    def __init__(self, source: str) -> None:
        self._document = Document([source])

    def render(self, values: Mapping[str, Any]) -> str:
        (value,) = self._document.render(values) or [""]
        return value if isinstance(value, str) else _shown(value)


_Render = Callable[[Scope], Any]
_ABSENT = object()


class _TooMuch(Exception):
    """The budget is spent."""


def _refuse(problem: str, hint: str | None = None) -> NoReturn:
    raise TemplateInvalid(problem, hint=hint)


def _compiled_text(source: str) -> _Render:
    if "{" not in source:
        return _literal(source, len(source))
    try:
        template = _ENVIRONMENT.from_string(source)
    except (LiquidError, ValueError, RecursionError) as error:
        _refuse(f"the template {source[:60]!r} is not right: {_told(error)}")
    # What one pass through the text may cost: conditions and outputs take their letters.
    weight = len(source) // 8 + 1
    if len(template.nodes) == 1 and isinstance(node := template.nodes[0], OutputNode):
        expression = node.expression
        return lambda scope: _value(expression.evaluate(_Context(template, scope, weight)), scope.budget)
    return lambda scope: _written(template, scope, weight)


def _written(template: BoundTemplate, scope: Scope, weight: int) -> str:
    buffer = _Buffer(scope.budget)
    template.render_with_context(_Context(template, scope, weight), buffer)
    return buffer.getvalue()


def _literal(value: Any, length: int) -> _Render:
    def render(scope: Scope) -> Any:
        scope.budget.write(length)
        return value

    return render


def _listed(elements: list[_Render]) -> _Render:
    def render(scope: Scope) -> Any:
        scope.budget.spend(1 + len(elements))
        return [value for element in elements if (value := element(scope)) is not _ABSENT]

    return render


def _membered(members: dict[str, _Render], when: _Render | None) -> _Render:
    names = sum(map(len, members))

    def render(scope: Scope) -> Any:
        scope.budget.spend(1 + len(members))
        if when is not None and when(scope) in (_ABSENT, None, False, ""):
            return _ABSENT
        scope.budget.write(names)
        return {name: value for name, member in members.items() if (value := member(scope)) is not _ABSENT}

    return render


def _repeated(each: _Render, name: str, value: _Render) -> _Render:
    def render(scope: Scope) -> Any:
        elements = each(scope)
        if elements is _ABSENT or elements is None:
            return _ABSENT
        if not isinstance(elements, list):
            raise TypeError("$each needs a list")
        scope.budget.spend(len(elements))
        made = (value(scope.with_value(name, element)) for element in elements)
        return [one for one in made if one is not _ABSENT]

    return render


def _value(value: Any, budget: Budget) -> Any:
    """A value as JSON may carry it."""
    if is_undefined(value):
        return _ABSENT
    if isinstance(value, range):
        _check(value)
        value = list(value)
    if value is not None and not isinstance(value, (str, bool, int, float, list, dict)):
        raise TypeError(f"an expression gives {type(value).__name__}, which JSON has not")
    # What the message has itself is bounded by the message; an object may be given many times.
    budget.write(len(value) if isinstance(value, str) else len(_shown(value)))
    return value


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _told(error: BaseException) -> str:
    return " ".join(str(error).split("\n", 1)[0].split())[:300]


class _Buffer(StringIO):
    """Charges what is written to the budget."""

    def __init__(self, budget: Budget) -> None:
        super().__init__()
        self._budget = budget

    def write(self, text: str, /) -> int:
        self._budget.write(len(text))
        return super().write(text)


class _Context(RenderContext):
    """Loops spend by the length of the text for each turn, filters for each call and by the size of what they get."""

    __slots__ = ("budget", "weight")

    def __init__(self, template: BoundTemplate, scope: Scope, weight: int) -> None:
        super().__init__(template, globals=scope.values)
        self.budget = scope.budget
        self.weight = weight
        self.budget.spend(weight)

    def raise_for_loop_limit(self, length: int = 1) -> None:
        self.budget.spend((length + 1) * self.weight)

    def get_buffer(self, buf: TextIO | None = None) -> StringIO:  # noqa: ARG002
        return _Buffer(self.budget)


class _Template(BoundTemplate):
    context_class = _Context


class _Environment(Environment):
    """Liquid without what reaches outside, and with a bound for everything."""

    template_class = _Template
    block_nesting_limit = 20
    context_depth_limit = 5
    suppress_blank_control_flow_blocks = False
    local_namespace_limit = MOST_OUTPUT

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        for name in set(self.tags) - _TAGS:
            del self.tags[name]
        self.filters.update(
            date=_date,
            json=_shown,
            mask=_mask,
            path=_path,
            mandatory=_mandatory,
            sha256=_sha256,
            slack_escape=_slack_escape,
        )
        for name in ("safe", "escapejs", "base64_decode", "base64_url_safe_decode"):
            self.filters.pop(name, None)
        self.filters = {name: _bounded(name, function) for name, function in self.filters.items()}


def _bounded(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that is charged for, takes nothing large and gives nothing large."""
    needs_environment = getattr(function, "with_environment", False)
    check_growth = _GROWTH.get(name)

    @wraps(function)
    def call(value: Any, *arguments: Any, context: _Context, **named: Any) -> Any:
        size = _check(value) + sum(map(_check, arguments))
        context.budget.spend(1 + size // 64 + (len(value) ** 2 // 200 if name == "uniq" else 0))
        if check_growth is not None:
            check_growth(value, *arguments)
        if needs_environment:
            named["environment"] = context.env
        result = function(value, *arguments, **named)
        context.budget.spend(_check(result) // 64)
        return result

    call.with_context = True  # type: ignore[attr-defined]
    call.with_environment = False  # type: ignore[attr-defined]
    return call


def _check(value: Any) -> int:
    """The size of a value; too large ones are refused."""
    if isinstance(value, str):
        if len(value) > MOST_TEXT:
            raise _TooMuch(f"a text in it has more than {MOST_TEXT} characters")
        return len(value)
    if isinstance(value, (list, tuple, range, dict)):
        if len(value) > MOST_ELEMENTS:
            raise _TooMuch(f"a list in it has more than {MOST_ELEMENTS} elements")
        return 8 * len(value)
    if isinstance(value, int) and not -_MOST_NUMBER <= value < _MOST_NUMBER:
        raise _TooMuch("a number in it is too large")
    return 1


def _check_replacement(value: Any, old: Any = "", new: Any = "", *_more: Any) -> None:
    text, old, new = str(value), str(old), str(new)
    if len(text) + text.count(old) * len(new) > MOST_TEXT:
        raise _TooMuch(f"a text in it has more than {MOST_TEXT} characters")


def _check_joined(value: Any, separator: Any = " ", *_more: Any) -> None:
    if isinstance(value, (list, tuple, range)):
        length = sum(len(element) if isinstance(element, str) else 20 for element in value)
        if length + len(value) * len(str(separator)) > MOST_TEXT:
            raise _TooMuch(f"a text in it has more than {MOST_TEXT} characters")


_GROWTH: dict[str, Callable[..., None]] = {
    "replace": _check_replacement,
    "join": _check_joined,
}


def _mandatory(value: Any) -> Any:
    if is_undefined(value) or value is None or value == "":
        raise ValueError(f"what is mandatory is missing: {getattr(value, 'hint', None) or 'a value is empty'}")
    return value


def _path(value: Any) -> str:
    """A text as one part of the path of an address."""
    return quote("" if value is None else str(value), safe="")


def _sha256(value: Any) -> str:
    return hashlib.sha256(("" if value is None else str(value)).encode()).hexdigest()


def _mask(value: Any) -> str:
    """As c360.mask_value() hides a text."""
    text = "" if is_undefined(value) or value is None else str(value)
    return "****" + (text[-4:] if len(text) > 8 else "")


def _slack_escape(value: Any) -> str:
    """The three letters that mean something to Slack."""
    text = "" if is_undefined(value) or value is None else str(value)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _date(value: Any, form: Any = "%Y-%m-%d", zone: Any = "UTC") -> str:
    """A time (ISO 8601, or seconds since 1970) in the words of strftime, in UTC or a time zone of that name."""
    if is_undefined(value) or value is None:
        return ""
    if not isinstance(form, str) or len(form) > 100 or not _DATE_FORMAT.fullmatch(form):
        raise ValueError("a format of dates that is not known")
    at = datetime.fromtimestamp(value, UTC) if isinstance(value, (int, float)) else datetime.fromisoformat(str(value))
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at.astimezone(ZoneInfo(str(zone))).strftime(form)


_ENVIRONMENT = _Environment(tolerance=Mode.STRICT)
