"""How explanations look on a terminal: trees and chains of what SQL answered. Formats; decides nothing."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from rich.markup import escape
from rich.tree import Tree

from c360_cli.output import console

_KINDS = {
    "cannot_link": "a person decided that they are two",
    "contested": "they share it, but being one would contradict",
    "review": "a person has to decide",
    "conflict": "these contradict each other",
    "limit": "one person would have too many of these",
    "size": "the golden record would have too many observations",
    "blocked": "they share it, but it is blocked",
    "unmatched": "this type is not used to link",
    "shared": "they share it, but too many persons have it",
    "divided": "they share it, but it belongs to several persons",
    "for_review": "the rule leaves it to a person",
    "below_threshold": "the score is too low",
    "not_compared": "the score is high enough, but no key has found them for each other",
    "no_model": "no model is trained for this rule",
    "conditions_fail": "not all conditions hold",
    "values_differ": "the values differ",
    "absent": "one of them has none",
    "nothing_to_compare": "neither says anything by which it could be tied to another",
}


def draw_profile(explained: dict[str, Any]) -> None:
    """A golden record as a tree: each observation hangs on the one that ties it to the founding observation."""
    children: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
    for seen in explained["observations"]:
        path = seen["path"] or []
        children[path[0]["to_raw_profile_id"] if path else None].append(seen)
    tree = Tree(f"[bold]{explained['profile_id']}[/bold]")
    waiting = [(tree, seen) for seen in children[None]]
    while waiting:
        branch, seen = waiting.pop(0)
        leaf = branch.add(_observation_text(seen))
        waiting += [(leaf, child) for child in children[seen["raw_profile_id"]]]
    for merge in explained["merges"]:
        tree.add(escape(_merge_text(merge)))
    console().print(tree)


def draw_link(explained: dict[str, Any]) -> None:
    """Two records: the chain that makes them one, or what stands between them."""
    screen = console(markup=False)
    for side in ("first", "second"):
        screen.print(_side_text(explained[side]))
    if explained["linked"]:
        screen.print("are one person:" if explained["path"] else "are one observation.")
        for step in explained["path"] or []:
            screen.print(_step_text(step))
            for line in comparison_lines(step):
                screen.print(f"      {line}")
    else:
        screen.print("are two persons:")
        for obstacle in explained["obstacles"]:
            screen.print(f"  {obstacle_text(obstacle)}")
            for line in comparison_lines(obstacle):
                screen.print(f"      {line}")
    for override in explained["overrides"]:
        screen.print(f"override {override['link_override_id']}: {override['kind']} by {_said(override)}")


def obstacle_text(obstacle: dict[str, Any]) -> str:
    """One line for one entry of the obstacles."""
    kind = obstacle["kind"]
    about = obstacle.get("rule") or obstacle.get("identifier_type") or obstacle.get("attribute") or ""
    text = f"{about}: {_KINDS.get(kind, kind)}" if about else _KINDS.get(kind, kind)
    if kind == "cannot_link":
        return f"{text}: override {obstacle['link_override_id']} by {_said(obstacle)}"
    if kind == "review":
        return f"{text}: review {obstacle['match_review_id']}, score {obstacle['score']:.3f}, {obstacle['obstacle']}"
    if "values" in obstacle:
        return f"{text}: {', '.join(obstacle['values'])}"
    if "first_values" in obstacle:
        return f"{text}: {_listed(obstacle['first_values'])} and {_listed(obstacle['second_values'])}"
    if "first_raw_profile_id" in obstacle:
        return f"{text}: {obstacle['first_raw_profile_id']} and {obstacle['second_raw_profile_id']}"
    if kind == "size":
        return f"{text}: {obstacle['observations']}, at most {obstacle['limit']}"
    return text


def person_text(attributes: dict[str, Any]) -> str:
    """Name and day of birth in short, as far as they are there."""
    parts = [str(attributes[part]) for part in ("first_name", "last_name") if attributes.get(part)]
    name = attributes.get("full_name") or " ".join(parts)
    return ", ".join(str(part) for part in (name, attributes.get("date_of_birth")) if part)


def comparison_lines(explained: dict[str, Any]) -> list[str]:
    """A line for each comparison of a match rule that had something to compare, and what they come to."""
    lines = [_condition_text(condition) for condition in explained.get("conditions") or []]
    weighed = [one for one in explained.get("comparisons") or [] if one["level"] != "absent"]
    lines += [_weight_text(one["comparison"], one["weight"], _compared(one), _level(one)) for one in weighed]
    if "bits" in explained:
        if explained["rarity_bits"] is not None:
            lines.append(_weight_text("rare names", explained["rarity_bits"]))
        lines.append(_weight_text("two at random", explained["prior_bits"]))
        lines.append(_weight_text("together", explained["bits"]) + f", that is a score of {_odds(explained['bits'])}")
        lines[-1] += f"; a match from {explained['threshold']:g}"
    if explained.get("pairs", 1) > 1:
        lines.append(f"of {explained['pairs']} pairs between the two, {explained['pairs_alike']} are alike")
    return lines


def _condition_text(condition: dict[str, Any]) -> str:
    verdict = "holds" if condition["holds"] else "fails"
    return f"{condition['attribute']} {condition['compare']}: {_compared(condition)}: {verdict}"


def _weight_text(name: str, weight: float | None, *details: str) -> str:
    number = "masked" if weight is None else f"{weight:+.2f}"
    return f"{number:>7}  {name}" + (f": {', '.join(details)}" if details else "")


def _level(comparison: dict[str, Any]) -> str:
    return f"{comparison['level']}{', as in a family' if comparison['family'] else ''}"


def _compared(comparison: dict[str, Any]) -> str:
    first, second = comparison["compared"]
    return f"{_quoted(first)} and {_quoted(second)}"


def _odds(bits: float) -> str:
    return f"{1 / (1 + 2 ** -max(-60.0, min(60.0, bits))):.3f}"


def _observation_text(seen: dict[str, Any]) -> str:
    tie = _tie_text(seen["path"][0]) if seen["path"] else "founding observation" if seen["path"] == [] else seen["rule"]
    who = person_text(seen["attributes"])
    lines = [f"observation {seen['raw_profile_id']} from {escape(seen['source'])}: [bold]{escape(tie)}[/bold]"]
    lines += [escape(f"  {who}")] if who else []
    for identifier in seen["identifiers"]:
        sent = f"  (sent as {identifier['as_sent']})" if "as_sent" in identifier else ""
        mark = "" if identifier["links"] else "  (links nobody)"
        lines.append(escape(f"  {identifier['identifier_type']} = {identifier['value']}{sent}{mark}"))
    return "\n".join(lines)


def _tie_text(step: dict[str, Any]) -> str:
    if step["rule"] == "must_link":
        return f"must_link by {_said(step)}"
    score = f" ({step['score']:.3f})" if step["score"] < 1 else ""
    alike = [one["comparison"] for one in step.get("comparisons") or [] if (one["weight"] or 0) > 0]
    alike += [f"{one['attribute']} {one['compare']}" for one in step.get("conditions") or []]
    return f"{step['rule']}{score} {step.get('value') or ', '.join(alike)}".rstrip()


def _step_text(step: dict[str, Any]) -> str:
    text = f"  {step['from_raw_profile_id']} -> {step['to_raw_profile_id']}  {_tie_text(step)}"
    if "first_sent" in step:
        text += f"  (sent as {_quoted(step['first_sent'])} and {_quoted(step['second_sent'])})"
    return text


def _side_text(side: dict[str, Any]) -> str:
    owner = f" of {side['profile_id']}" if side["profile_id"] else ", not resolved yet"
    held = ", ".join(f"{one['identifier_type']} {one['value']}" for one in side["identifiers"])
    return f"observation {side['raw_profile_id']} from {side['source']}{owner}" + (f": {held}" if held else "")


def _said(decision: dict[str, Any]) -> str:
    who = decision.get("set_by") or decision.get("by") or "?"
    return f"{who} ({decision['reason']})" if decision.get("reason") else who


def _merge_text(merge: dict[str, Any]) -> str:
    evidence = merge["evidence"]
    text = f"merged with {merge['absorbed_id']} at {merge['merged_at']} by {merge['rule']}"
    if "with_raw_profile_id" not in evidence or "value" not in evidence:
        return text
    theirs = f"{evidence['identifier_type']} {evidence['value']}"
    text += f":\n  observation {evidence['with_raw_profile_id']} holds its {theirs}"
    if "survivor_value" in evidence:
        text += f" and our {evidence['survivor_identifier_type']} {evidence['survivor_value']}"
    return text


def _listed(values: list[str]) -> str:
    return ", ".join(values) if values else "none"


def _quoted(value: Any) -> str:
    return "nothing" if value is None else f'"{value}"'
