-- Says what is made of a message before it is sent to a webhook: its format, template, headers and rules about answers. NULL
-- for the text of the message as it is. Relays take a change up within half a minute; what is under way is sent as before.
-- The command c360 webhook compiles and tries a template before it comes here; one that cannot be compiled makes its messages
-- fail, each with a reason, and none is sent. Safe to repeat.
-- Raises: U4404 and U4423 of the tenant; U5404 subscription_not_found; U5460 rendering_invalid

CREATE OR REPLACE FUNCTION c360.set_subscription_rendering(
    p_tenant       text,
    p_subscription text,
    p_rendering    jsonb,
    p_preset       text DEFAULT NULL
)
    RETURNS integer
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_subscription_id uuid;
    v_version         integer;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    v_subscription_id := c360._find_subscription(p_tenant, p_subscription);

    INSERT INTO c360.subscription_renderings AS known (subscription_id, preset, rendering, changed_by)
    VALUES (v_subscription_id, p_preset, coalesce(p_rendering, '{"format": "raw"}'), c360._actor())
    ON CONFLICT (subscription_id) DO UPDATE
    SET version = known.version + 1,
        preset = EXCLUDED.preset,
        rendering = EXCLUDED.rendering,
        changed_at = now(),
        changed_by = EXCLUDED.changed_by
    WHERE (known.preset, known.rendering) IS DISTINCT FROM (EXCLUDED.preset, EXCLUDED.rendering)
    RETURNING known.version INTO v_version;

    IF NOT FOUND THEN
        RETURN (
            SELECT same.version
            FROM c360.subscription_renderings AS same
            WHERE same.subscription_id = v_subscription_id
        );
    END IF;

    INSERT INTO c360.audit_log (actor, tenant, action, object, detail)
    VALUES (
        c360._actor(), p_tenant, 'subscription_renderings.changed', p_subscription,
        jsonb_strip_nulls(jsonb_build_object(
            'version', v_version, 'preset', p_preset, 'format', coalesce(p_rendering ->> 'format', 'raw')
        ))
    );

    RETURN v_version;
EXCEPTION
    WHEN check_violation THEN
        RAISE EXCEPTION 'the rendering of webhook "%" cannot be right', p_subscription
            USING ERRCODE = 'U5460',
                  HINT = 'It is an object with a format: raw, cloudevents_structured, cloudevents_binary, or template with a template; 128 KB are the limit.';
END;
$$;

COMMENT ON FUNCTION c360.set_subscription_rendering(text, text, jsonb, text) IS
    'Says what is made of a message before it is sent to a webhook; returns the version.';
