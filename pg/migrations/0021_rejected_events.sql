-- Why: rejected events are chosen by a filter, judged without being changed, and forgotten some time after they were settled.
-- Lock: ACCESS EXCLUSIVE on two small tables, milliseconds.

CREATE TYPE c360.rejected_filter AS (
    ids          bigint[],
    codes        text[],
    sources      text[],
    event_names  text[],
    message_ids  text[],
    since        timestamptz,
    until        timestamptz
);
COMMENT ON TYPE c360.rejected_filter IS 'Which rejected events are meant: those that fit every member; NULL fits all. Made by c360._read_rejected_filter().';
COMMENT ON COLUMN c360.rejected_filter.ids IS 'Their numbers.';
COMMENT ON COLUMN c360.rejected_filter.codes IS 'Why they were refused.';
COMMENT ON COLUMN c360.rejected_filter.sources IS 'Touchpoints they came from.';
COMMENT ON COLUMN c360.rejected_filter.event_names IS 'Names of track events; of other events their types.';
COMMENT ON COLUMN c360.rejected_filter.message_ids IS 'Their messageIds.';
COMMENT ON COLUMN c360.rejected_filter.since IS 'Received then or later.';
COMMENT ON COLUMN c360.rejected_filter.until IS 'Received before.';

DROP FUNCTION IF EXISTS c360.rejected_events(text, text, integer, bigint[]);
DROP FUNCTION IF EXISTS c360.redrive_rejected_events(text, bigint[], jsonb);
DROP FUNCTION IF EXISTS c360.status();
DROP FUNCTION IF EXISTS c360.tenant_status(text);

ALTER TABLE c360.retention_kinds DROP CONSTRAINT retention_kinds_kind_check;
ALTER TABLE c360.retention_kinds ADD CONSTRAINT retention_kinds_kind_check CHECK (kind IN (
    'events', 'rejected_events', 'settled_rejected_events', 'import_rejects', 'history', 'messages', 'attempts', 'dead_letters', 'audit'
));
INSERT INTO c360.retention_kinds (kind, description, default_keep, position)
VALUES (
    'settled_rejected_events',
    'Events that were refused and then redriven or discarded, by when that was; at most as long as rejected_events.',
    interval '90 days',
    15
);
