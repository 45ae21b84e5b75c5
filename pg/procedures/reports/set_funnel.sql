-- Adds a funnel or changes it: events by these names, one after the other, within a time of the first. It is counted with the next
-- refresh_reports(), from all events that are kept, and anew when it is another one. Answers whether anything changed; safe to repeat.
-- Raises: U4404, U4423 of the tenant; U3420 funnel_invalid; U4419 metadata_limit

CREATE OR REPLACE FUNCTION c360.set_funnel(
    p_tenant text,
    p_funnel text,
    p_steps  text[],
    p_within text DEFAULT '7 days'
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    IF EXISTS (
        SELECT
        FROM c360.funnels AS known
        WHERE known.tenant = p_tenant
          AND known.funnel = p_funnel
          AND known.steps = p_steps
          AND known.within = p_within
    ) THEN
        RETURN false;
    END IF;

    PERFORM c360._apply_funnels(p_tenant, jsonb_build_array(jsonb_build_object(
        'funnel', p_funnel,
        'steps', p_steps,
        'within', p_within
    )));

    RETURN true;
END;
$$;

COMMENT ON FUNCTION c360.set_funnel(text, text, text[], text) IS
    'Adds or changes a funnel that is counted as events come. Returns whether anything changed.';
