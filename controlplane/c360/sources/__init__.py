"""Events from queues and streams of others into the database, through ingest, each exactly once."""
