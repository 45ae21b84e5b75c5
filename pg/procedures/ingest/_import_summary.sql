-- What an import came to, and the first rows it refused. The tenant's path is set by the caller.
-- Raises: U1423 import_not_found

CREATE OR REPLACE FUNCTION c360._import_summary(p_import_id bigint)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_summary jsonb;
BEGIN
    SELECT
        jsonb_build_object(
            'import_id', import.import_id,
            'source', import.source,
            'name', import.name,
            'status', import.status,
            'mapping', import.mapping,
            'preset', import.options ->> 'preset',
            'rows', import.row_count,
            'new', 0,
            'changed', 0,
            'unchanged', 0,
            'rejected', 0,
            'observations', 0,
            'gone', NULL,
            'unusable', '{}'::jsonb
        )
        || import.counts
        || jsonb_build_object('first_rejects', coalesce((
            SELECT jsonb_agg(
                jsonb_build_object('row', reject.row_number, 'code', reject.code, 'reason', reject.reason)
                ORDER BY reject.row_number
            )
            FROM (
                SELECT own.*
                FROM cdp_import_rejects AS own
                WHERE own.import_id = p_import_id
                ORDER BY own.row_number
                LIMIT 10
            ) AS reject
        ), '[]'))
    INTO v_summary
    FROM cdp_imports AS import
    WHERE import.import_id = p_import_id;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no import %', p_import_id
            USING ERRCODE = 'U1423',
                  HINT = 'List the imports with: SELECT * FROM tenant_<tenant>.list_imports()';
    END IF;

    RETURN v_summary;
END;
$$;

COMMENT ON FUNCTION c360._import_summary(bigint) IS
    'What an import came to.';
