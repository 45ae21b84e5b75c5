-- A subscription with other options, each by the name of its column; what is not named stays as it is, and null takes a limit away.
-- Whether the values fit, the constraints of the table say; see _refuse_subscription(). Pure.
-- Raises: U5421 subscription_invalid for an option that is none, or a value of another kind

CREATE OR REPLACE FUNCTION c360._subscription_with(
    p_subscription c360.subscriptions,
    p_options      jsonb,
    p_allowed      text[]
)
    RETURNS c360.subscriptions
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_unknown text;
    v_given   c360.subscriptions;
BEGIN
    IF jsonb_typeof(p_options) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION 'the options of a webhook are one JSON object'
            USING ERRCODE = 'U5421',
                  HINT = 'Such as {"timeout_seconds": 5}.';
    END IF;

    SELECT given.name
    INTO v_unknown
    FROM jsonb_object_keys(p_options) AS given (name)
    WHERE given.name <> ALL (p_allowed)
    LIMIT 1;

    IF FOUND THEN
        RAISE EXCEPTION 'a webhook has no option "%" that can be set here', left(v_unknown, 100)
            USING ERRCODE = 'U5421',
                  HINT = format('There are %s.', array_to_string(p_allowed, ', ')),
                  DETAIL = CASE WHEN v_unknown = 'lane_count'
                      THEN 'Messages wait in their lanes: add another webhook with other lanes, and remove this one.' ELSE '' END;
    END IF;

    v_given := jsonb_populate_record(p_subscription, p_options);
    IF greatest(array_ndims(v_given.topics), array_ndims(v_given.types), array_ndims(v_given.retry_schedule)) > 1 THEN
        RAISE EXCEPTION 'a list among the options of the webhook holds lists'
            USING ERRCODE = 'U5421',
                  HINT = 'Such as {"retry_schedule": [0, 5, 30]}.';
    END IF;
    RETURN v_given;
EXCEPTION
    WHEN data_exception THEN
        RAISE EXCEPTION 'an option of the webhook cannot be read: %', SQLERRM
            USING ERRCODE = 'U5421',
                  HINT = 'Numbers and true or false stand without quotes, lengths of time as "3 days".';
END;
$$;

COMMENT ON FUNCTION c360._subscription_with(c360.subscriptions, jsonb, text[]) IS
    'A subscription with the named options changed; refuses options that are none.';
