-- Keeps the partitions of the message log as they are until the transaction ends. To be called before a statement that
-- finds messages by created_at: maintenance may just be moving rows out of the default partition, and a statement that
-- began before would look for them only where it cannot see them yet.

CREATE OR REPLACE FUNCTION c360._hold_partitions()
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    LOCK TABLE c360.messages_default IN ACCESS SHARE MODE;
END;
$$;

COMMENT ON FUNCTION c360._hold_partitions() IS
    'Waits for partition maintenance of the message log and holds it off until the end of the transaction.';
