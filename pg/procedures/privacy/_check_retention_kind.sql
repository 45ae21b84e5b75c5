-- Refuses a kind of data that there is no retention for. Reads only.
-- Raises: U4430 retention_invalid

CREATE OR REPLACE FUNCTION c360._check_retention_kind(p_kind text)
    RETURNS void
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM c360.retention_kinds AS known WHERE known.kind = p_kind) THEN
        RAISE EXCEPTION 'there is no kind of data "%"', p_kind
            USING ERRCODE = 'U4430',
                  HINT = (
                      SELECT 'The kinds are ' || string_agg(known.kind, ', ' ORDER BY known.kind) || '.'
                      FROM c360.retention_kinds AS known
                  );
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_retention_kind(text) IS
    'Refuses a kind of data that there is no retention for.';
