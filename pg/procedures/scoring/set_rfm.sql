-- Sets which orders RFM of a tenant looks at and how its segments are called; what is NULL is as c360 has it: all orders, and the eleven
-- segments. p_segments is [{segment, cells, advice}] in the order of reports. Answers whether anything changed; safe to repeat. Views and
-- functions follow at once, golden records and messages with the next refresh of scores: whoever is called otherwise then is told as
-- score.changed.
-- Raises: U4404, U4423 of the tenant; U3410 rfm_invalid

CREATE OR REPLACE FUNCTION c360.set_rfm(
    p_tenant      text,
    p_time_window interval DEFAULT NULL,
    p_segments    jsonb DEFAULT NULL
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET intervalstyle = 'postgres'
AS $$
DECLARE
    v_before jsonb := c360._rfm_settings(p_tenant);
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._apply_rfm(p_tenant, jsonb_build_object('time_window', p_time_window, 'segments', p_segments));

    RETURN v_before IS DISTINCT FROM c360._rfm_settings(p_tenant);
END;
$$;

COMMENT ON FUNCTION c360.set_rfm(text, interval, jsonb) IS
    'Sets the orders RFM looks at and the names of its segments; NULL is as c360 has it. Returns whether anything changed.';
