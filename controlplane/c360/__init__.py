"""c360: a Customer 360 platform that lives in PostgreSQL.

This package carries messages to the database and renders tenant DDL; the logic itself is SQL, below pg/.
Importing it must stay cheap and free of third-party modules: tools use it before anything is installed.
"""

__version__ = "0.2.0.dev0"
