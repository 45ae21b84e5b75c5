-- Takes back what people wrote into an attribute of a golden record: the observations decide about it again, with the
-- next run of the resolver. Safe to repeat: false when there was nothing to take back.
-- Raises: U2404 profile_not_found, U4404 tenant_not_found, U4423 tenant_suspended

CREATE OR REPLACE FUNCTION c360.release_attribute(
    p_tenant     text,
    p_profile_id uuid,
    p_attribute  text
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_id uuid;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    SELECT found.master_profile_id
    INTO v_id
    FROM c360._find_profile(p_tenant, 'profile_id', p_profile_id::text) AS found;

    DELETE FROM cdp_attribute_overrides AS override
    USING cdp_profile_links AS link
    WHERE link.master_profile_id = v_id
      AND override.raw_profile_id = link.raw_profile_id
      AND override.attribute = p_attribute;

    IF NOT FOUND THEN
        RETURN false;
    END IF;

    INSERT INTO cdp_resolution_queue (master_profile_id)
    VALUES (v_id);
    RETURN true;
END;
$$;

COMMENT ON FUNCTION c360.release_attribute(text, uuid, text) IS
    'Gives an attribute that a person edited back to the observations; false when it was not edited.';
