-- What of a document as it was sent may be shown: only values of which the metadata say what they are and that they are not
-- masked. {types: masked identifier types, scalars: trait paths of attributes with one value, lists: those of lists and
-- objects, properties: event properties the tenant shows}. A trait path above or below that of a masked attribute is not
-- among them. Reads only.

CREATE OR REPLACE FUNCTION c360._shown_fields(p_tenant text)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'types', to_jsonb(c360._masked_identifier_types(p_tenant)),
        'scalars', coalesce(jsonb_agg(open.name) FILTER (WHERE open.data_type NOT IN ('text[]', 'jsonb')), '[]'),
        'lists', coalesce(jsonb_agg(open.name) FILTER (WHERE open.data_type IN ('text[]', 'jsonb')), '[]'),
        'properties', (SELECT to_jsonb(tenant.shown_properties) FROM c360.tenants AS tenant WHERE tenant.tenant = p_tenant)
    )
    FROM (
        SELECT
            path.name,
            described.data_type
        FROM c360.profile_attributes AS described
        CROSS JOIN LATERAL unnest(described.trait_paths) AS path (name)
        WHERE described.tenant = p_tenant
          AND described.status = 'active'
          AND NOT EXISTS (
              SELECT
              FROM c360._masked_attributes(p_tenant) AS hidden
              CROSS JOIN LATERAL unnest(hidden.trait_paths) AS masked (name)
              WHERE starts_with(masked.name || '.', path.name || '.')
                 OR starts_with(path.name || '.', masked.name || '.')
          )
    ) AS open;
$$;

COMMENT ON FUNCTION c360._shown_fields(text) IS
    'Which parts of a document as it was sent people may see in a tenant.';
