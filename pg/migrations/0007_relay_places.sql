-- Why: a physical copy of a server keeps its system identifier, so the relay also compares timeline and database; and each
-- running relay renews a mark of its own, by which it notices that its connections have come to end at a copy.
-- Lock: ACCESS EXCLUSIVE on c360.ticks, which has one row; milliseconds, but it waits for a fan-out under way. A new table.

ALTER TABLE c360.ticks
    ADD COLUMN timeline     text,
    ADD COLUMN database_id  oid;
COMMENT ON COLUMN c360.ticks.timeline IS 'Timeline of the server the relay sends from: every promotion, of a standby or of a restored backup, begins a new one.';
COMMENT ON COLUMN c360.ticks.database_id IS 'Database the relay sends from: a copy within the same server is another one.';

CREATE TABLE c360.relays (
    relay       text        NOT NULL,
    mark        bigint      NOT NULL DEFAULT 1,
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    renewed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT relays_pkey PRIMARY KEY (relay),
    CONSTRAINT relays_mark_check CHECK (mark > 0)
) WITH (fillfactor = 50);
COMMENT ON TABLE c360.relays IS 'Relays that have run here during the last 30 days, one row a process.';
COMMENT ON COLUMN c360.relays.relay IS 'Host, process and a random word: no two processes share a name.';
COMMENT ON COLUMN c360.relays.mark IS 'Grows with every renewal, by this relay alone. A copy stands still: a relay that remembers a higher mark than it finds is connected to one.';
