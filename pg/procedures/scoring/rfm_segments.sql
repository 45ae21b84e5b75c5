-- The RFM segments of a tenant in the order of reports, with the cells each has (recency, frequency, monetary score: 555), and the window
-- of orders that are looked at, NULL for all. Reads only.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.rfm_segments(p_tenant text)
    RETURNS TABLE (segment text, cells text[], advice text, time_window text)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        named.segment,
        ARRAY(
            SELECT concat(cell.recency_score, cell.frequency_score, cell.monetary_score)
            FROM c360._rfm_cells_of(p_tenant) AS cell
            WHERE cell.segment = named.segment
            ORDER BY 1
        ),
        named.advice,
        c360._rfm_settings(p_tenant) ->> 'time_window'
    FROM c360._rfm_segments(p_tenant) AS named
    ORDER BY named."position";
END;
$$;

COMMENT ON FUNCTION c360.rfm_segments(text) IS
    'The RFM segments of a tenant with their cells and advice, in the order of reports.';
