-- Says what is wrong with a webhook that a constraint of its table refused, in words. Always raises.
-- Raises: U5421 subscription_invalid

CREATE OR REPLACE FUNCTION c360._refuse_subscription(p_constraint text, p_problem text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_option text := regexp_replace(p_constraint, '^subscriptions?_(.*)_check$', '\1');
BEGIN
    RAISE EXCEPTION 'the webhook cannot have that %', replace(v_option, '_', ' ')
        USING ERRCODE = 'U5421',
              DETAIL = p_problem,
              HINT = CASE v_option
                  WHEN 'name' THEN 'Names begin with a-z or 0-9 and go on with these, _, . and -; at most 63 characters.'
                  WHEN 'url' THEN 'Write https://host/path, without user, password and fragment, at most 8,192 characters.'
                  WHEN 'topics' THEN 'Name at least one topic; c360 topic list shows them.'
                  WHEN 'types' THEN 'Write types as profile.merged or profile.*.'
                  WHEN 'types_count' THEN 'At most 100 types, 8,192 characters together.'
                  WHEN 'topics_count' THEN 'At most five topics.'
                  WHEN 'lane_count' THEN '1 to 64.'
                  WHEN 'max_in_flight' THEN 'From the number of its lanes (lane_count, 8 where nothing else was said) to 512.'
                  WHEN 'timeout_seconds' THEN 'More than 0, at most 15 seconds.'
                  WHEN 'retry_schedule' THEN '1 to 30 pauses of 0 to 604,800 seconds.'
                  WHEN 'rate_per_second' THEN '0.01 to 10,000 requests a second, or null for no limit.'
                  WHEN 'batch_max' THEN '1 to 100 messages.'
                  WHEN 'max_backlog' THEN '1 to 100,000,000 messages, or null for no limit.'
                  WHEN 'max_age' THEN 'A minute to 366 days, or null for no limit.'
                  WHEN 'condition' THEN '1 to 4,000 characters, or null for all messages.'
                  WHEN 'segment' THEN 'The code of a segment as c360 segment list shows it, or null.'
                  ELSE 'See the constraint of the table c360.subscriptions.'
              END;
END;
$$;

COMMENT ON FUNCTION c360._refuse_subscription(text, text) IS
    'Raises what is wrong with a webhook, by the constraint that refused it.';
