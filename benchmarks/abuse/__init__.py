"""Attacks a gateway in every way that costs an attacker little, and measures what somebody beside it notices."""
