"""Reads a golden record with postgrest in each way it calls a function, and one that is not there."""

import json
import sys
from collections.abc import Callable
from typing import Any

from postgrest import APIError, SyncPostgrestClient

story = json.loads(sys.argv[1])
client = SyncPostgrestClient(story["url"], headers={"Authorization": f"Bearer {story['key']}"})
asked = {"p_identifier_type": "email", "p_value": story["traits"]["email"]}


def answer(ask: Callable[[], Any]) -> dict[str, Any]:
    try:
        return {"data": ask().data, "error": None}
    except APIError as error:
        return {"data": None, "error": {"code": error.code}}


print(
    json.dumps(
        [
            answer(client.rpc("profile", asked).execute),
            answer(client.rpc("profile", asked, get=True).execute),
            answer(client.rpc("profile", asked).single().execute),
            answer(client.rpc("profile", asked, head=True).execute),
            answer(client.rpc("profile", {**asked, "p_value": "nobody@shop.example"}).execute),
        ]
    )
)
