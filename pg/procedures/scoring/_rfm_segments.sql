-- The segments of a tenant in the order of reports: its own, else those of c360. Reads only.

CREATE OR REPLACE FUNCTION c360._rfm_segments(p_tenant text)
    RETURNS TABLE (segment text, "position" integer, advice text)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        named.item ->> 'segment',
        named.place::integer,
        coalesce(named.item ->> 'advice', '')
    FROM c360.rfm_settings AS own
    CROSS JOIN jsonb_array_elements(own.segments) WITH ORDINALITY AS named (item, place)
    WHERE own.tenant = p_tenant
    UNION ALL
    SELECT
        preset.segment,
        preset."position",
        preset.advice
    FROM c360.rfm_segments AS preset
    WHERE NOT EXISTS (SELECT FROM c360.rfm_settings AS own WHERE own.tenant = p_tenant AND own.segments IS NOT NULL);
$$;

COMMENT ON FUNCTION c360._rfm_segments(text) IS
    'The RFM segments of a tenant, its own or those of c360, in the order of reports.';
