-- The name that each of the 125 combinations of scores has for a tenant. Reads only.

CREATE OR REPLACE FUNCTION c360._rfm_cells_of(p_tenant text)
    RETURNS TABLE (recency_score integer, frequency_score integer, monetary_score integer, segment text)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT cell.*
    FROM c360.rfm_settings AS own
    CROSS JOIN LATERAL c360._rfm_cells_in(own.segments) AS cell
    WHERE own.tenant = p_tenant
      AND own.segments IS NOT NULL
    UNION ALL
    SELECT
        preset.recency_score,
        preset.frequency_score,
        preset.monetary_score,
        preset.segment
    FROM c360.rfm_cells AS preset
    WHERE NOT EXISTS (SELECT FROM c360.rfm_settings AS own WHERE own.tenant = p_tenant AND own.segments IS NOT NULL);
$$;

COMMENT ON FUNCTION c360._rfm_cells_of(text) IS
    'The name of each combination of RFM scores for a tenant.';
