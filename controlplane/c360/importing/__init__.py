"""Read customers from files and hand them to the database in chunks. What a row means, the database decides."""
