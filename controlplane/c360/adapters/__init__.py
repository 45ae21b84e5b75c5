"""Talks to the outside: PostgreSQL and HTTP. Everything else is testable without either."""
