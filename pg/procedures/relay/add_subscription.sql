-- Adds a webhook. It receives what is committed from then on when it is committed itself, or also older messages still in the
-- log, from p_from on. The relay makes their deliveries: nothing here waits for the fan-out or holds it up, however long the
-- transaction stays open.
-- The signing secret arrives encrypted: its plain text and the master key never reach the database.
-- The id is made by the caller, because the encryption of the secret is bound to it.
-- Raises: U4404 and U4423 of the tenant; U4424 time_out_of_bounds; U4419 metadata_limit;
--         U5405 topic_not_found; U5410 subscription_exists; U5420 message_type_not_found; U5421 subscription_invalid;
--         U5450 webhook_address_unfit

CREATE OR REPLACE FUNCTION c360.add_subscription(
    p_tenant          text,
    p_subscription_id uuid,
    p_name            text,
    p_url             text,
    p_key_id          text,
    p_nonce           bytea,
    p_ciphertext      bytea,
    p_topics          text[] DEFAULT '{c360-updated-profiles}',
    p_types           text[] DEFAULT '{}',
    p_options         jsonb DEFAULT '{}',
    p_from            timestamptz DEFAULT NULL
)
    RETURNS uuid
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_given      c360.subscriptions;
    v_constraint text;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    v_given := c360._subscription_with(NULL::c360.subscriptions, p_options, ARRAY[
        'is_ordered', 'lane_count', 'max_in_flight', 'timeout_seconds', 'retry_schedule', 'rate_per_second', 'batch_max',
        'max_backlog', 'max_age', 'condition', 'segment'
    ]);
    PERFORM c360._check_message_types(p_topics, p_types);

    INSERT INTO c360.subscriptions (
        subscription_id, tenant, name, url, topics, types, is_ordered, lane_count, max_in_flight, timeout_seconds,
        retry_schedule, rate_per_second, batch_max, max_backlog, max_age, condition, segment, start_snapshot, created_by
    )
    VALUES (
        p_subscription_id, p_tenant, p_name, c360._checked_url(p_url), p_topics, p_types,
        coalesce(v_given.is_ordered, true),
        coalesce(v_given.lane_count, 8),
        coalesce(v_given.max_in_flight, 32),
        coalesce(v_given.timeout_seconds, 15),
        coalesce(v_given.retry_schedule, '{0,5,30,120,600,1800,7200,18000,36000,50400,72000,86400}'),
        v_given.rate_per_second,
        coalesce(v_given.batch_max, 1),
        v_given.max_backlog,
        v_given.max_age,
        v_given.condition,
        v_given.segment,
        -- With a backfill no message is too old for the fan-out: what it takes over from the backfill is decided then.
        CASE WHEN p_from IS NULL THEN c360._snapshot_without_self() ELSE '3:3:' END,
        c360._actor()
    );

    INSERT INTO c360.subscription_secrets (subscription_id, version, key_id, nonce, ciphertext)
    VALUES (p_subscription_id, 1, p_key_id, p_nonce, p_ciphertext);

    INSERT INTO c360.subscription_states (subscription_id)
    VALUES (p_subscription_id);

    INSERT INTO c360.lanes (subscription_id, lane)
    SELECT p_subscription_id, lane.number
    FROM generate_series(0, coalesce(v_given.lane_count, 8) - 1) AS lane (number);

    IF p_from IS NOT NULL THEN
        INSERT INTO c360.backfills (subscription_id, from_at)
        VALUES (p_subscription_id, c360._checked_time('p_from', p_from));
    END IF;

    RETURN p_subscription_id;
EXCEPTION
    WHEN unique_violation THEN
        RAISE EXCEPTION 'tenant "%" has a subscription named "%" already', p_tenant, p_name
            USING ERRCODE = 'U5410',
                  HINT = 'Choose another name, or remove the other one first.';
    WHEN check_violation THEN
        GET STACKED DIAGNOSTICS v_constraint = CONSTRAINT_NAME;
        PERFORM c360._refuse_subscription(v_constraint, SQLERRM);
    WHEN not_null_violation THEN
        GET STACKED DIAGNOSTICS v_constraint = COLUMN_NAME;
        RAISE EXCEPTION 'a webhook needs its %', replace(v_constraint, '_', ' ')
            USING ERRCODE = 'U5421',
                  HINT = 'Only p_from, and of the options what is a limit, can be null. c360 webhook add makes id and secret.';
END;
$$;

COMMENT ON FUNCTION c360.add_subscription(text, uuid, text, text, text, bytea, bytea, text[], text[], jsonb, timestamptz) IS
    'Adds a webhook of a tenant; from its commit on, matching messages are sent to it.';
