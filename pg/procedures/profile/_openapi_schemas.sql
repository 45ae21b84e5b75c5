-- The views of a tenant that are read over HTTP as schemas of OpenAPI: columns in order, with the comments of the catalogue.
-- Reads only.

CREATE OR REPLACE FUNCTION c360._openapi_schemas(p_tenant text)
    RETURNS TABLE (relation text, description text, definition json)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        readable.relation,
        obj_description(to_regclass(format('%I.%I', 'tenant_' || p_tenant, readable.relation)), 'pg_class'),
        json_build_object(
            'type', 'object',
            'properties', json_object_agg(
                readable.column_name,
                jsonb_strip_nulls(
                    CASE
                        WHEN readable.data_type IN ('integer', 'bigint', 'smallint') THEN '{"type": ["integer", "null"]}'::jsonb
                        WHEN readable.data_type IN ('numeric', 'double precision', 'real') THEN '{"type": ["number", "null"]}'
                        WHEN readable.data_type = 'boolean' THEN '{"type": ["boolean", "null"]}'
                        WHEN readable.data_type = 'text[]' THEN '{"type": ["array", "null"], "items": {"type": ["string", "null"]}}'
                        WHEN readable.data_type = 'jsonb' THEN '{}'
                        ELSE '{"type": ["string", "null"]}'
                    END || jsonb_build_object('format', readable.data_type, 'description', readable.description)
                )
                ORDER BY readable.place
            )
        )
    FROM c360._readable_columns(p_tenant) AS readable
    GROUP BY readable.relation;
$$;

COMMENT ON FUNCTION c360._openapi_schemas(text) IS
    'Views that are read over HTTP as schemas of OpenAPI.';
