-- The name of the compiled condition of a webhook, in the schema of its tenant. Pure.

CREATE OR REPLACE FUNCTION c360._filter_function(p_subscription_id uuid)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT '_filter_' || replace(p_subscription_id::text, '-', '');
$$;

COMMENT ON FUNCTION c360._filter_function(uuid) IS
    'Name of the compiled condition of a webhook.';
