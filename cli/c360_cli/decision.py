"""What the commands share that decide who is who: options, and how the answer looks. Formats; decides nothing."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from c360_cli.connection import connected
from c360_cli.options import DataDir, Dsn
from c360_cli.output import print_json, say
from c360_cli.tenant_calls import answer

Reason = Annotated[str, typer.Option("--reason", help="Why; kept with the decision and in the history.")]
Preview = Annotated[
    bool, typer.Option("--dry-run", help="Show what would become of the golden records, and change nothing.")
]


def decided(dsn: Dsn, data_dir: DataDir, query: str, tenant: str, *parameters: Any) -> Any:
    """The one answer of a function of a tenant, in a transaction of its own."""
    with connected(dsn, data_dir) as connection:
        return answer(connection, query, tenant, *parameters)


def show_changes(changes: dict[str, Any], as_json: bool) -> None:
    """One line for each golden record and observation that changes; remarks go to stderr."""
    if as_json:
        print_json(changes)
        return
    for line in change_lines(changes):
        print(line)
    if changes.get("dry_run"):
        say("A dry run: nothing was changed.")
    elif changes.get("link_override_id"):
        say(f"Override {changes['link_override_id']} ({changes['kind']}).")
    for number in changes.get("replaced") or []:
        say(f"Override {number} said the opposite and gave way.")


def change_lines(changes: dict[str, Any]) -> list[str]:
    """What became of golden records, in words."""
    lines = [f"created {profile}" for profile in changes["created"]]
    lines += [f"merged  {merge['absorbed_id']} into {merge['survivor_id']}" for merge in changes["merged"]]
    lines += [f"split   {split['profile_id']} from {split['from_profile_id']}" for split in changes["split"]]
    lines += [
        f"moved   observation {moved['raw_profile_id']}:"
        f" {moved['from_profile_id'] or 'not resolved'} -> {moved['to_profile_id']}"
        for moved in changes["moved"]
    ]
    lines += [f"updated {profile}" for profile in changes.get("updated", [])]
    return lines or ["no golden record changes"]


def pair_lines(pairs: dict[str, Any]) -> list[str]:
    """Which pairs of match rules come and go, in words; what is counted but not listed in a line at the end."""
    lines = []
    for kind, word in (("added", "pair+"), ("removed", "pair-")):
        lines += [
            f"{word}   {pair['low_raw_profile_id']} and {pair['high_raw_profile_id']}:"
            f" {pair['rule']}, {pair['verdict']}"
            for pair in pairs[kind]
        ]
        unlisted = pairs["counts"][kind] - len(pairs[kind])
        if unlisted:
            lines.append(f"{word}   {unlisted} more")
    return lines
