"""The demo: plays real orders of two shops through a running c360 and shows what came of them.

It is a client like any other: it talks HTTP to the gateway, receives webhooks, and uses the command line for the rest.
"""
