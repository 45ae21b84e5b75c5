-- A page of golden records: those whose names have words that begin with the words of p_search, in the order, with the conditions and in
-- the format of p_query; its members are described at c360._read(). Masked attributes are masked, for searching and sorting too.
-- Without an order of its own it goes by id, and a page goes on where the one before ended, however far: pass next_after as "after".
-- Raises: U4404 tenant_not_found, U4426 limit_out_of_bounds, 42703 and 22xxx for a query that is wrong

CREATE OR REPLACE FUNCTION c360.list_profiles(
    p_tenant text,
    p_search text DEFAULT NULL,
    p_query  jsonb DEFAULT '{}'
)
    RETURNS TABLE (body text, row_count integer, total_count bigint, next_after text)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT *
    FROM c360._read(p_tenant, 'cdp_profiles', p_query || jsonb_build_object('search', nullif(btrim(p_search), '')));
END;
$$;

COMMENT ON FUNCTION c360.list_profiles(text, text, jsonb) IS
    'A page of golden records, searched by name, filtered, sorted and counted, as JSON, NDJSON or CSV.';
