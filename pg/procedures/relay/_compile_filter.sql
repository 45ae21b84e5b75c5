-- Puts the condition of a webhook into force as the control plane compiled it: makes its function in the schema of the tenant, or notes why
-- it cannot be. A condition that PostgreSQL finds wrong stops no sync: nothing is sent until it is mended. A webhook that was paused for its
-- condition goes on when it can be evaluated again. Safe to repeat; nothing happens for a webhook that is gone.
--   p_compiled: {"condition", "wanted"} or {"condition", "problem"}

CREATE OR REPLACE FUNCTION c360._compile_filter(
    p_tenant          text,
    p_subscription_id uuid,
    p_compiled        jsonb
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_problem text := p_compiled ->> 'problem';
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    PERFORM
    FROM c360.subscriptions AS subscription
    WHERE subscription.subscription_id = p_subscription_id
      AND subscription.tenant = p_tenant
    FOR KEY SHARE;
    IF NOT FOUND THEN
        RETURN;
    END IF;

    IF v_problem IS NULL THEN
        IF NOT c360._make_segments_role(p_tenant) THEN
            v_problem := 'the installation may not create roles, and conditions run with the rights of one of their own';
        ELSE
            BEGIN
                PERFORM c360._grant_segments(p_tenant);
                PERFORM c360._make_filter_function(p_tenant, p_subscription_id, p_compiled ->> 'wanted');
            EXCEPTION
                WHEN syntax_error_or_access_rule_violation OR data_exception OR SQLSTATE 'U5422' THEN
                    v_problem := SQLERRM;
            END;
        END IF;
    END IF;

    IF v_problem IS NOT NULL THEN
        PERFORM c360._drop_filter_function(p_tenant, p_subscription_id);
    END IF;

    INSERT INTO c360.subscription_filters AS known (subscription_id, condition, problem)
    VALUES (p_subscription_id, p_compiled ->> 'condition', v_problem)
    ON CONFLICT (subscription_id) DO UPDATE
    SET condition = excluded.condition,
        problem = excluded.problem,
        compiled_at = clock_timestamp();

    UPDATE c360.subscriptions AS subscription
    SET state = 'active',
        paused_reason = NULL
    WHERE subscription.subscription_id = p_subscription_id
      AND subscription.state = 'paused'
      AND subscription.paused_reason IS NOT NULL
      AND v_problem IS NULL;
END;
$$;

COMMENT ON FUNCTION c360._compile_filter(text, uuid, jsonb) IS
    'Makes the function that says which messages a webhook wants, or notes why it cannot be made.';
