-- Notes how a worker ended at the lake of a tenant: NULL is well, anything else what is in the way. Safe to repeat.

CREATE OR REPLACE FUNCTION c360.note_lake_visit(p_tenant text, p_problem text)
    RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE c360.lakes AS lake
    SET problem = left(p_problem, 500)
    WHERE lake.tenant = p_tenant;
END;
$$;

COMMENT ON FUNCTION c360.note_lake_visit(text, text) IS
    'Notes how a worker ended at the lake of a tenant.';
