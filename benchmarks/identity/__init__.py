"""How well and how fast identities are resolved, on data whose truth is known."""
