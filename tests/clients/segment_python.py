"""The story told by segment-analytics-python."""

import json
import sys

from segment.analytics.client import Client

story = json.loads(sys.argv[1])
failures: list[object] = []
client = Client(
    story["key"], host=story["url"], gzip=True, upload_size=10, on_error=lambda error, _: failures.append(error)
)

client.page(anonymous_id=story["cookie"], name=story["page"]["name"], properties=story["page"]["properties"])
client.screen(anonymous_id=story["cookie"], name=story["page"]["name"])
for n in range(story["viewed"]):
    client.track(anonymous_id=story["cookie"], event="Product Viewed", properties={"n": n})
client.identify(story["user"], anonymous_id=story["cookie"], traits=story["traits"])
client.track(story["user"], "Order Completed", properties=story["order"])
client.group(story["user"], story["group"]["id"], traits=story["group"]["traits"])
client.alias(story["lead"], story["user"])
client.flush()
sys.exit(f"refused: {failures}" if failures else 0)
