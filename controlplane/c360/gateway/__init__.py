"""The HTTP door: checks size and key, hands the body to one SQL call, answers after its commit.

Does not read events, holds no rules, and keeps no state between requests but whom a key spoke for a minute ago. Any
number of gateways can run side by side.
"""

from c360.gateway.app import create_app
from c360.gateway.workers import serve_gateway

__all__ = ["create_app", "serve_gateway"]
