-- Changes options of a webhook while it runs; relays follow within seconds. p_options names what is to change, by the columns of
-- c360.subscriptions: {"timeout_seconds": 5, "max_age": null}. Messages that wait already are sent by the new options; of topics and
-- types that are added, what is committed from about now on. A changed condition or segment is in force after the next sync, and until
-- then nothing is sent; c360 webhook set does both at once. Answers what changed, each with before and after; safe to repeat.
-- Raises: U4404 and U4423 of the tenant; U5404 subscription_not_found; U5405 topic_not_found; U5410 subscription_exists for a name that is
-- taken; U5420 message_type_not_found; U5421 subscription_invalid

CREATE OR REPLACE FUNCTION c360.change_subscription(
    p_tenant       text,
    p_subscription text,
    p_options      jsonb
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_id         uuid;
    v_before     c360.subscriptions;
    v_after      c360.subscriptions;
    v_constraint text;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    v_id := c360._find_subscription(p_tenant, p_subscription);

    -- To relays another name is as much as another webhook: they would wait for it in the middle of their work.
    IF p_options ? 'name' THEN
        PERFORM c360._hold_lanes(ARRAY[v_id]);
    END IF;

    SELECT *
    INTO v_before
    FROM c360.subscriptions AS subscription
    WHERE subscription.subscription_id = v_id
    FOR NO KEY UPDATE;

    v_after := c360._subscription_with(v_before, p_options, ARRAY[
        'name', 'url', 'topics', 'types', 'is_ordered', 'max_in_flight', 'timeout_seconds', 'retry_schedule', 'rate_per_second',
        'batch_max', 'max_backlog', 'max_age', 'condition', 'segment'
    ]);
    IF (v_after.topics, v_after.types) IS DISTINCT FROM (v_before.topics, v_before.types) THEN
        PERFORM c360._check_message_types(v_after.topics, v_after.types);
    END IF;

    BEGIN
        UPDATE c360.subscriptions AS subscription
        SET name = v_after.name,
            url = c360._checked_url(v_after.url),
            topics = v_after.topics,
            types = v_after.types,
            is_ordered = v_after.is_ordered,
            max_in_flight = v_after.max_in_flight,
            timeout_seconds = v_after.timeout_seconds,
            retry_schedule = v_after.retry_schedule,
            rate_per_second = v_after.rate_per_second,
            batch_max = v_after.batch_max,
            max_backlog = v_after.max_backlog,
            max_age = v_after.max_age,
            condition = v_after.condition,
            segment = v_after.segment
        WHERE subscription.subscription_id = v_id
          AND to_jsonb(v_after) <> to_jsonb(v_before);
    EXCEPTION
        WHEN unique_violation THEN
            RAISE EXCEPTION 'tenant "%" has a subscription named "%" already', p_tenant, v_after.name
                USING ERRCODE = 'U5410',
                      HINT = 'Choose another name.';
        WHEN check_violation THEN
            GET STACKED DIAGNOSTICS v_constraint = CONSTRAINT_NAME;
            PERFORM c360._refuse_subscription(v_constraint, SQLERRM);
        WHEN not_null_violation THEN
            GET STACKED DIAGNOSTICS v_constraint = COLUMN_NAME;
            RAISE EXCEPTION 'a webhook needs its %', replace(v_constraint, '_', ' ')
                USING ERRCODE = 'U5421',
                      HINT = 'Only rate_per_second, max_backlog, max_age, condition and segment can be null.';
    END;

    RETURN (
        SELECT coalesce(jsonb_object_agg(after.name, jsonb_build_object(
            'before', CASE WHEN after.name = 'url' THEN to_jsonb(c360._shown_url(before.value #>> '{}')) ELSE before.value END,
            'after', CASE WHEN after.name = 'url' THEN to_jsonb(c360._shown_url(after.value #>> '{}')) ELSE after.value END
        )), '{}')
        FROM jsonb_each(to_jsonb(v_after)) AS after (name, value)
        JOIN jsonb_each(to_jsonb(v_before)) AS before (name, value) ON before.name = after.name
        WHERE after.value <> before.value
    );
END;
$$;

COMMENT ON FUNCTION c360.change_subscription(text, text, jsonb) IS
    'Changes options of a webhook while it runs; returns what changed, with before and after.';
