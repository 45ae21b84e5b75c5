-- The tables of a tenant that a lake keeps: the one list.
--   time_column    its UTC day is the dt of a row, its UTC month the partition; NULL: no months, the table is kept whole as it is
--   person_column  files are sorted by it: it never changes, because merge and split move links
--   key_columns    tell a row from all others of its month
-- Pure.

CREATE OR REPLACE FUNCTION c360._lake_tables()
    RETURNS TABLE (table_name text, relation text, time_column text, person_column text, key_columns text[])
    LANGUAGE sql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    VALUES
        ('events', 'cdp_behavioral_events', 'received_at', 'raw_profile_id', ARRAY['event_id']),
        ('purchases', 'cdp_purchases', 'occurred_at', 'raw_profile_id', ARRAY['purchase_id']),
        ('profile_history', 'cdp_profile_history', 'valid_from', 'master_profile_id', ARRAY['master_profile_id', 'version']),
        ('messages', 'messages', 'created_at', 'key', ARRAY['seq']),
        ('profile_links', 'cdp_profile_links', NULL, 'raw_profile_id', ARRAY['raw_profile_id']);
$$;

COMMENT ON FUNCTION c360._lake_tables() IS
    'The tables of a tenant that a lake keeps, with the columns of time, person and key.';
