-- Takes older signing secrets of a webhook out of use at once, such as those that no master key at hand opens: messages carry no signature
-- of them any more. The newest stays, whatever is named. Answers how many. Safe to repeat.
-- Raises: U4404 and U4423 of the tenant; U5404 subscription_not_found

CREATE OR REPLACE FUNCTION c360.retire_secrets(
    p_tenant       text,
    p_subscription text,
    p_versions     integer[]
)
    RETURNS integer
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_id      uuid;
    v_retired integer;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    v_id := c360._find_subscription(p_tenant, p_subscription);

    DELETE FROM c360.subscription_secrets AS secret
    WHERE secret.subscription_id = v_id
      AND secret.version = ANY (p_versions)
      AND secret.not_after IS NOT NULL;
    GET DIAGNOSTICS v_retired = ROW_COUNT;

    IF v_retired > 0 THEN
        INSERT INTO c360.audit_log (actor, tenant, action, object, detail)
        VALUES (
            c360._actor(), p_tenant, 'subscription_secrets.retired', p_subscription, jsonb_build_object('versions', to_jsonb(p_versions))
        );
    END IF;
    RETURN v_retired;
END;
$$;

COMMENT ON FUNCTION c360.retire_secrets(text, text, integer[]) IS
    'Takes older signing secrets of a webhook out of use at once; the newest stays.';
