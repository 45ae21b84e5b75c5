-- What a tenant wants different about RFM, as the metadata of the tenant has it: {time_window, segments}; NULL when nothing. Reads only.

CREATE OR REPLACE FUNCTION c360._rfm_settings(p_tenant text)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'time_window', CASE
            WHEN extract(day FROM own.time_window) > 0 THEN extract(day FROM own.time_window) || ' days'
            ELSE (extract(year FROM own.time_window) * 12 + extract(month FROM own.time_window)) || ' months'
        END,
        'segments', own.segments
    )
    FROM c360.rfm_settings AS own
    WHERE own.tenant = p_tenant;
$$;

COMMENT ON FUNCTION c360._rfm_settings(text) IS
    'What a tenant wants different about RFM, as one document.';
