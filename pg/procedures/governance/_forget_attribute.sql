-- Deletes a retired attribute whose column the sync has dropped. Safe to repeat. An active attribute stays.

CREATE OR REPLACE FUNCTION c360._forget_attribute(
    p_tenant    text,
    p_attribute text
)
    RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    DELETE FROM c360.profile_attributes AS attribute
    WHERE attribute.tenant = p_tenant
      AND attribute.attribute = p_attribute
      AND attribute.status = 'retired';
$$;

COMMENT ON FUNCTION c360._forget_attribute(text, text) IS
    'Deletes a retired attribute after its column was dropped.';
