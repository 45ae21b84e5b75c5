"""The story told by postgrest, the Python client: functions of /rpc, each called as its users do."""

import json
import sys

from postgrest import APIError, SyncPostgrestClient

story = json.loads(sys.argv[1])
client = SyncPostgrestClient(story["url"], headers={"Authorization": f"Bearer {story['key']}"})
cookie = {"anonymousId": story["cookie"]}
user = {"userId": story["user"]}
viewed = [
    {**cookie, "type": "track", "event": "Product Viewed", "properties": {"n": n}, "messageId": f"viewed-{n}"}
    for n in range(story["viewed"])
]

client.rpc("page", {**cookie, "name": story["page"]["name"], "properties": story["page"]["properties"]}).execute()
client.rpc("screen", {**cookie, "name": story["page"]["name"]}).execute()
outcome = client.rpc("batch", {"batch": viewed}).execute().data
again = client.rpc("batch", {"batch": viewed}).execute().data
client.rpc("identify", {**cookie, **user, "traits": story["traits"]}).execute()
client.rpc("track", {**user, "event": "Order Completed", "properties": story["order"]}).execute()
client.rpc("group", {**user, "groupId": story["group"]["id"], "traits": story["group"]["traits"]}).execute()
client.rpc("alias", {**user, "previousId": story["lead"]}).execute()
try:
    client.rpc("profile", {"p_identifier_type": "email", "p_value": "nobody@shop.example"}).execute()
except APIError as refused:
    error = {"code": refused.code, "message": refused.message}
print(json.dumps({"accepted": outcome["accepted"], "duplicates": again["duplicates"], "error": error}))
