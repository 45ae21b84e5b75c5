-- Why: events of several requests are recorded in one call, each with what its request says about it.
-- Lock: none on data; milliseconds.

CREATE TYPE c360.sent_event AS (
    request     integer,
    index       integer,
    event       jsonb,
    unstorable  text,
    envelope    jsonb,
    type        text,
    is_import   boolean
);
COMMENT ON TYPE c360.sent_event IS 'One event of a request, as it was sent, with what its request says about it.';
COMMENT ON COLUMN c360.sent_event.request IS 'Number of the request in the call, from 1.';
COMMENT ON COLUMN c360.sent_event.index IS 'Place of the event in its request, from 0.';
COMMENT ON COLUMN c360.sent_event.unstorable IS 'The text of an event that the database cannot store; event is NULL then.';
COMMENT ON COLUMN c360.sent_event.envelope IS 'context, integrations and sentAt of its batch.';
COMMENT ON COLUMN c360.sent_event.type IS 'The type every event has because of the endpoint it came to; NULL when each says its own.';
COMMENT ON COLUMN c360.sent_event.is_import IS 'The timestamp is history and is not corrected by sentAt.';

DROP FUNCTION IF EXISTS c360._record_events(text, text, jsonb[], timestamptz, text[], jsonb, text, boolean, boolean);
DROP FUNCTION IF EXISTS c360._judge_events(jsonb[], text[], jsonb, text, boolean, timestamptz);
DROP FUNCTION IF EXISTS c360._unpack_body(text, text);
DROP FUNCTION IF EXISTS c360._unpack_unclean_body(text, text);
DROP FUNCTION IF EXISTS c360._ingest_body(text, text, text, text, timestamptz, integer);
