-- Keeps the old messages of a tenant where they are until the transaction ends, for whoever takes them up again: retention may
-- just be removing them, and waits for nobody, so this waits for its one step. What is put back into the log by then is
-- looked at again by the next run. To be called before the statement that reads old messages.

CREATE OR REPLACE FUNCTION c360._hold_retention(p_tenant text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant
    FOR KEY SHARE;

    UPDATE c360.retention_states AS state
    SET cursor = '{}'
    WHERE state.tenant = p_tenant
      AND state.kind = 'messages'
      AND state.cursor <> '{}';
END;
$$;

COMMENT ON FUNCTION c360._hold_retention(text) IS
    'Waits for retention of a tenant''s messages and holds it off until the end of the transaction.';
