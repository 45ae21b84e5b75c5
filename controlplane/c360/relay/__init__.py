"""Sends messages to subscriptions: fan-out, leases, signed webhooks, retries.

    service.py     run_relay(): the loop any number of identical relays run
    worker.py      one turn at a subscription: reads its leased lanes, keeps the order of keys, settles
    endpoint.py    how fast an endpoint takes requests, and how many at once
    sender.py      one request: signs it, sends it, says what came of it
    signature.py   Standard Webhooks
    secrets.py     master key and the encryption of signing secrets
    held_secrets.py  which of them the master keys at hand open, and a change of master key
    webhooks.py    webhooks as people manage them
    addresses.py   which addresses a webhook may never reach
    metrics.py     Prometheus

What an answer means (retry, dead letter, circuit) is decided in SQL, in c360.settle_deliveries().
"""
