"""A PostgreSQL of our own, for people who have none at hand.

    with EmbeddedPostgres(data_dir) as server:
        connect(server.dsn)

Meant for a laptop, a demo and small installations on one machine. It does not replicate, back up or tune itself.
"""

from c360.embedded.server import EmbeddedPostgres, find_running

__all__ = ["EmbeddedPostgres", "find_running"]
