-- Reads a yes or no as touchpoints and tables write it; NULL when it is neither. Pure.

CREATE OR REPLACE FUNCTION c360._yes_or_no(p_value jsonb)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN lower(btrim(p_value #>> '{}')) IN ('true', 'yes', 'y', 't', '1', 'on', 'granted', 'allowed', 'opt-in', 'optin', 'opted-in', 'subscribed')
            THEN true
        WHEN lower(btrim(p_value #>> '{}')) IN ('false', 'no', 'n', 'f', '0', 'off', 'denied', 'withdrawn', 'opt-out', 'optout', 'opted-out', 'unsubscribed')
            THEN false
    END
    WHERE jsonb_typeof(p_value) IN ('boolean', 'string', 'number');
$$;

COMMENT ON FUNCTION c360._yes_or_no(jsonb) IS
    'A yes or no in any of the ways it is written; NULL when it is neither.';
