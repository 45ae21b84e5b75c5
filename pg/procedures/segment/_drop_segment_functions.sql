-- Drops the compiled functions of a segment. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._drop_segment_functions(
    p_tenant  text,
    p_segment text
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET client_min_messages = warning
AS $$
BEGIN
    EXECUTE format('DROP FUNCTION IF EXISTS %I.%I(uuid[], timestamptz)', 'tenant_' || p_tenant, '_segment_' || p_segment);
    EXECUTE format('DROP FUNCTION IF EXISTS %I.%I(uuid, timestamptz)', 'tenant_' || p_tenant, '_why_' || p_segment);
END;
$$;

COMMENT ON FUNCTION c360._drop_segment_functions(text, text) IS
    'Drops the compiled functions of a segment.';
