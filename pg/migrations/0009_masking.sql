-- Why: readers see of an event's properties only those the tenant names; private functions whose parameters are others now go.
-- Lock: ACCESS EXCLUSIVE on c360.tenants, a small table, for a column with a constant default; milliseconds.

ALTER TABLE c360.tenants
    ADD COLUMN shown_properties text[] NOT NULL DEFAULT '{order_id,revenue,total,currency}';
COMMENT ON COLUMN c360.tenants.shown_properties IS
    'Names of event properties that readers see; others may hold anything and are shown to administrators only.';

DROP FUNCTION IF EXISTS c360._compared_identifier_types(text, bigint[], bigint[]);
DROP FUNCTION IF EXISTS c360._is_hidden_column(text, text, text);
DROP FUNCTION IF EXISTS c360._last_events(uuid, integer);
DROP FUNCTION IF EXISTS c360._overrides_between(bigint[], bigint[]);
