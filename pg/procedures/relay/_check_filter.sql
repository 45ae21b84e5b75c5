-- Refuses a filter that is no object, or has a member that is none of these. Pure.
-- Raises: U5421 subscription_invalid

CREATE OR REPLACE FUNCTION c360._check_filter(p_filter jsonb, p_allowed text[])
    RETURNS void
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF jsonb_typeof(p_filter) IS DISTINCT FROM 'object'
        OR EXISTS (
            SELECT
            FROM jsonb_object_keys(p_filter) AS given (name)
            WHERE given.name <> ALL (p_allowed)
        )
    THEN
        RAISE EXCEPTION 'the filter is no object of the members there are'
            USING ERRCODE = 'U5421',
                  HINT = format('There are %s.', array_to_string(p_allowed, ', '));
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_filter(jsonb, text[]) IS
    'Refuses a filter with members that are none.';
