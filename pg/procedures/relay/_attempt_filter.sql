-- Reads the filter of list_attempts(). Pure.
-- Raises: U5421 subscription_invalid

CREATE OR REPLACE FUNCTION c360._attempt_filter(
    p_filter       jsonb,
    OUT message_id uuid,
    OUT since      timestamptz,
    OUT until      timestamptz,
    OUT error      text,
    OUT status     integer
)
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._check_filter(p_filter, '{message_id,since,until,error,status}');
    message_id := (p_filter ->> 'message_id')::uuid;
    since := coalesce((p_filter ->> 'since')::timestamptz, '-infinity');
    until := coalesce((p_filter ->> 'until')::timestamptz, 'infinity');
    error := p_filter ->> 'error';
    status := (p_filter ->> 'status')::integer;
EXCEPTION
    WHEN data_exception THEN
        RAISE EXCEPTION 'the filter cannot be read: %', SQLERRM
            USING ERRCODE = 'U5421',
                  HINT = 'Such as {"message_id": "01a2b3c4-0000-7000-8000-000000000001", "since": "2026-11-24 10:00+00", "status": 503}.';
END;
$$;

COMMENT ON FUNCTION c360._attempt_filter(jsonb) IS
    'The filter of list_attempts(), read and checked.';
