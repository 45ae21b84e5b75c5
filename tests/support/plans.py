"""The plans of all statements a call runs, nested ones too, with what they really read (auto_explain)."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import psycopg

_READ = (
    "Actual Rows",
    "Rows Removed by Filter",
    "Rows Removed by Join Filter",
    "Rows Removed by Index Recheck",
)


class Plans:
    """Nodes of plans, as recorded."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, dict[str, Any]]] = []

    def note(self, diagnostic: psycopg.errors.Diagnostic) -> None:
        head, found, plan = (diagnostic.message_primary or "").partition("plan:\n")
        if found and head.startswith("duration:"):
            told = json.loads(plan)
            self.texts.append((told["Query Text"], told["Plan"]))

    def nodes(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for query, plan in self.texts:
            waiting = [plan]
            while waiting:
                node = waiting.pop()
                waiting += node.get("Plans", ())
                yield query, node

    def sequential_scans(self, large: set[str]) -> set[str]:
        """Large tables read from one end to the other."""
        scans = {node["Relation Name"] for _, node in self.nodes() if node["Node Type"].endswith("Seq Scan")}
        return scans & large

    def most_read(self, tables: set[str]) -> tuple[float, str, str]:
        """Rows read by one scan of one of these tables, over all its loops; with table and statement."""
        scans = [(node, query) for query, node in self.nodes() if node.get("Relation Name") in tables]
        return max((_rows(node), node["Relation Name"], query) for node, query in scans)

    def heaviest(self) -> tuple[float, str, str]:
        """Rows that went through one node, thrown away ones included, over all its loops; with node and statement."""
        return max((_rows(node), node["Node Type"], query) for query, node in self.nodes())


def _rows(node: dict[str, Any]) -> float:
    return float(sum(node.get(name, 0) for name in _READ) * node["Actual Loops"])


@contextlib.contextmanager
def recorded(connection: psycopg.Connection) -> Iterator[Plans]:
    """Record the plans of what a superuser's connection runs inside."""
    plans = Plans()
    connection.execute("LOAD 'auto_explain'")
    for setting, value in (
        ("log_min_duration", "0"),
        ("log_nested_statements", "on"),
        ("log_analyze", "on"),
        ("log_timing", "off"),
        ("log_format", "json"),
        ("log_level", "notice"),
    ):
        connection.execute("SELECT set_config(%s, %s, false)", [f"auto_explain.{setting}", value])
    connection.add_notice_handler(plans.note)
    try:
        yield plans
    finally:
        connection.remove_notice_handler(plans.note)
        connection.execute("SET auto_explain.log_min_duration = -1")
