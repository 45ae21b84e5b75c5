-- Sets what a tenant wants different about RFM, {time_window, segments}, whole: what is not there is as c360 has it. A document that wants
-- nothing different takes the row away. Safe to repeat; an unchanged row stays untouched. NULL changes nothing.
-- Raises: U3410 rfm_invalid

CREATE OR REPLACE FUNCTION c360._apply_rfm(
    p_tenant text,
    p_wanted jsonb
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_segments jsonb := nullif(p_wanted -> 'segments', 'null');
    v_window   text := p_wanted ->> 'time_window';
BEGIN
    IF p_wanted IS NULL THEN
        RETURN;
    ELSIF v_segments IS NULL AND v_window IS NULL THEN
        DELETE FROM c360.rfm_settings AS own
        WHERE own.tenant = p_tenant;
        RETURN;
    END IF;

    PERFORM c360._check_rfm_segments(v_segments);

    INSERT INTO c360.rfm_settings AS own (tenant, time_window, segments)
    VALUES (p_tenant, v_window::interval, v_segments)
    ON CONFLICT (tenant) DO UPDATE
    SET time_window = excluded.time_window,
        segments = excluded.segments
    -- As text: a month and thirty days are equal intervals.
    WHERE (own.time_window::text, own.segments) IS DISTINCT FROM (excluded.time_window::text, excluded.segments);
EXCEPTION
    WHEN check_violation OR invalid_datetime_format OR datetime_field_overflow OR interval_field_overflow THEN
        RAISE EXCEPTION 'RFM cannot look at "%"', v_window
            USING ERRCODE = 'U3410',
                  DETAIL = SQLERRM,
                  HINT = 'Whole days or whole months, such as 365 days or 24 months; none at all for all orders.';
END;
$$;

COMMENT ON FUNCTION c360._apply_rfm(text, jsonb) IS
    'Sets the window and segments of RFM of a tenant.';
