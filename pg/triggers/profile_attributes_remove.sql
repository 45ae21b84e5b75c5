-- An attribute cannot be deleted while its column holds data: nobody would know any more what the column is, and no sync
-- would ever drop it. Retiring keeps both until somebody allows the loss.
-- Raises: U4415 attribute_in_use

CREATE OR REPLACE FUNCTION c360.tg_profile_attributes_remove()
    RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_names text;
BEGIN
    SELECT string_agg(removed.tenant || '.' || removed.attribute, ', ' ORDER BY removed.tenant, removed.attribute)
    INTO v_names
    FROM removed_rows AS removed
    JOIN pg_class AS relation
        ON relation.relnamespace = to_regnamespace(quote_ident('tenant_' || removed.tenant))
        AND relation.relname IN ('cdp_master_profiles', 'cdp_profile_metrics')
    JOIN pg_attribute AS attribute
        ON attribute.attrelid = relation.oid
        AND attribute.attname = removed.attribute
        AND NOT attribute.attisdropped;

    IF v_names IS NOT NULL THEN
        RAISE EXCEPTION 'attribute % still has its column', v_names
            USING ERRCODE = 'U4415',
                  HINT = 'Set its status to retired, then: c360 tenant sync <tenant> --allow-drop';
    END IF;

    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION c360.tg_profile_attributes_remove() IS
    'Refuses to delete an attribute whose column exists; it has to be retired.';

CREATE OR REPLACE TRIGGER profile_attributes_remove
    AFTER DELETE ON c360.profile_attributes
    REFERENCING OLD TABLE AS removed_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_profile_attributes_remove();
