-- A member of a filter as a time; NULL when it is not there.
-- Raises: U1017 filter_invalid

CREATE OR REPLACE FUNCTION c360._filter_time(p_filter jsonb, p_member text)
    RETURNS timestamptz
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_given text := p_filter ->> p_member;
BEGIN
    IF NOT pg_input_is_valid(v_given, 'timestamptz') THEN
        RAISE EXCEPTION 'member "%" of the filter is "%", which is no time', p_member, v_given
            USING ERRCODE = 'U1017',
                  HINT = 'Write a time such as 2026-05-01 or 2026-05-01T08:00:00Z.';
    END IF;

    RETURN v_given::timestamptz;
END;
$$;

COMMENT ON FUNCTION c360._filter_time(jsonb, text) IS
    'A member of a filter as a time.';
