"""What an answer means where its HTTP status does not say it. Pure.

Rules are tried in order; the first that fits decides. Without one, 2xx is success and everything else is not.

    when: {status: 200, json: {error: [-32, -211]}, text: "ok"}     all of what is given has to hold
    means: delivered      taken
           refused        this message will never be taken: not tried again
           limited        too much at once: the whole webhook waits, retry_after seconds if it says so
           unauthorised   the credentials are not good (any more): read again, tried again
           failed         not taken this time: tried again
    message_id: data.message_id    of what is delivered: where the provider says by which id its callbacks will name it
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from c360.adapters.http import Answer
from c360.relay.documents import TemplateInvalid

MEANINGS = ("delivered", "refused", "limited", "unauthorised", "failed")
MOST_RULES = 50
_NOTHING = object()


@dataclass(frozen=True)
class Rule:
    """One rule, read."""

    means: str
    statuses: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    json: tuple[tuple[tuple[str, ...], tuple[Any, ...]], ...] = ()
    retry_after: float | None = None
    message_id: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Rule:
        """Raises TemplateInvalid."""
        when, means, retry_after = given.get("when"), given.get("means"), given.get("retry_after")
        message_id = given.get("message_id")
        if set(given) - {"when", "means", "retry_after", "message_id"} or not isinstance(when, dict) or not when:
            raise TemplateInvalid("a rule about answers has when and means, and may have retry_after or message_id")
        if set(when) - {"status", "text", "json"} or means not in MEANINGS:
            raise TemplateInvalid(
                "a rule about answers looks at status, text or json",
                hint=f"It means one of {', '.join(MEANINGS)}.",
            )
        if not isinstance(when.get("json") or {}, dict):
            raise TemplateInvalid("a rule about answers names members of json, with their values")
        if retry_after is not None and not (isinstance(retry_after, (int, float)) and 0 < retry_after <= 86_400):
            raise TemplateInvalid("retry_after is a number of seconds up to a day")
        if message_id is not None and (means != "delivered" or not isinstance(message_id, str)):
            raise TemplateInvalid("message_id is a path into the answer of what is delivered")
        return cls(
            means,
            tuple(str(status) for status in _list(when.get("status"))),
            tuple(str(text) for text in _list(when.get("text"))),
            tuple((tuple(path.split(".")), tuple(_list(values))) for path, values in (when.get("json") or {}).items()),
            retry_after,
            tuple(message_id.split(".")) if message_id else (),
        )

    def fits(self, status: int, text: str, parsed: Any) -> bool:
        if self.statuses and not any(_is_status(status, wanted) for wanted in self.statuses):
            return False
        if self.texts and text.strip() not in self.texts:
            return False
        return all(_found(parsed, path) in values for path, values in self.json)


class Outcomes:
    """The rules of one webhook. Raises TemplateInvalid where they are made."""

    def __init__(self, rules: Sequence[Mapping[str, Any]]) -> None:
        if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
            raise TemplateInvalid("the rules about answers are a list of objects")
        if len(rules) > MOST_RULES:
            raise TemplateInvalid(f"a webhook has at most {MOST_RULES} rules about answers")
        self._rules = [Rule.of(rule) for rule in rules]

    def judged(self, answer: Answer) -> Answer:
        """The answer as the relay settles it. What no HTTP server said (no connection, TLS) stays as it is."""
        if not self._rules or answer.status is None or answer.error not in (None, "status"):
            return answer
        whole = answer.body.decode("utf-8", "replace") if answer.body else answer.text
        parsed = _parsed(whole) if any(rule.json or rule.message_id for rule in self._rules) else None
        for rule in self._rules:
            if rule.fits(answer.status, whole, parsed):
                return _meaning(answer, answer.status, rule, parsed)
        return answer


def _meaning(answer: Answer, status: int, rule: Rule, parsed: Any) -> Answer:
    said = f"HTTP {status}: {answer.text}"[:1_000]
    if rule.means == "delivered":
        return replace(answer, error=None, message_id=_id(_found(parsed, rule.message_id)) if rule.message_id else None)
    if rule.means == "refused":
        # 410 would end the webhook, where it is about one message.
        return replace(answer, status=None if status == 410 else status, error="refused", text=said)
    if rule.means == "limited":
        wait = answer.retry_after if answer.retry_after is not None else rule.retry_after
        return replace(answer, status=429, error="status", retry_after=wait, text=said)
    if rule.means == "unauthorised":
        return replace(answer, status=401, error="status", text=said)
    if 200 <= status < 300:
        return replace(answer, error="answer")
    return replace(answer, error="status")


def _is_status(status: int, wanted: str) -> bool:
    return wanted == str(status) or (len(wanted) == 3 and wanted[1:] == "xx" and wanted[0] == str(status)[0])


def _found(value: Any, path: Sequence[str]) -> Any:
    for name in path:
        if isinstance(value, dict):
            value = value.get(name, _NOTHING)
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return _NOTHING
    return value


def _id(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    text = str(value)
    # What no database text can hold names nothing: settling must not fail for it.
    return text[:200] if text and text.isprintable() else None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]
