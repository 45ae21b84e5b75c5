"""Installs and upgrades the SQL below pg/: same files, same order and same catalogue as `psql -f pg/install.sql`."""
