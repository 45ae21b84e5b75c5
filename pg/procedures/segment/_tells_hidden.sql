-- Whether what an expression looks at is hidden from readers now: a masked attribute, a metric that tells one, or a property of events ('properties.' and its name)
-- that the tenant does not show. Reads only.

CREATE OR REPLACE FUNCTION c360._tells_hidden(
    p_tenant  text,
    p_columns text[]
)
    RETURNS boolean
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (
        SELECT
        FROM c360._masked_attributes(p_tenant) AS hidden
        WHERE hidden.attribute = ANY (p_columns)
    ) OR EXISTS (
        SELECT
        FROM c360._masked_metrics(p_tenant) AS hidden
        WHERE hidden.metric = ANY (p_columns)
    ) OR EXISTS (
        SELECT
        FROM unnest(p_columns) AS looked (name)
        JOIN c360.tenants AS tenant ON tenant.tenant = p_tenant
        WHERE starts_with(looked.name, 'properties.')
          AND substr(looked.name, length('properties.') + 1) <> ALL (tenant.shown_properties)
    );
$$;

COMMENT ON FUNCTION c360._tells_hidden(text, text[]) IS
    'Whether what an expression looks at is hidden from readers now.';
