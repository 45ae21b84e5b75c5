-- Lets an identifier of an erased person in again, such as that of somebody who became a customer anew. What was erased does
-- not come back. Answers whether it was refused until now. Safe to repeat.
-- Raises: U2405 identifier_type_unknown, U4404 tenant_not_found, U4423 tenant_suspended

CREATE OR REPLACE FUNCTION c360.lift_suppression(
    p_tenant          text,
    p_identifier_type text,
    p_value           text
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_erasure_id bigint;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    DELETE FROM cdp_suppressions AS kept
    WHERE kept.identifier_hash = c360._identifier_hash(
        c360._erasure_key(), p_identifier_type, c360._normalised_identifier(p_tenant, p_identifier_type, p_value)
    )
    RETURNING kept.erasure_id
    INTO v_erasure_id;

    IF v_erasure_id IS NULL THEN
        RETURN false;
    END IF;

    INSERT INTO c360.audit_log (actor, tenant, action, object, detail)
    VALUES (c360._actor(), p_tenant, 'suppressions.lifted', v_erasure_id::text, jsonb_build_object('identifier_type', p_identifier_type));
    RETURN true;
END;
$$;

COMMENT ON FUNCTION c360.lift_suppression(text, text, text) IS
    'Lets an identifier of an erased person in again.';
