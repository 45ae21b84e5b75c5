-- The partitions a table of the lake has in PostgreSQL, oldest first, and whether each is over: months that have rows, and for events
-- those of its partitions, even if empty. A table without months has the one partition all, which is never over. Reads only.
-- Raises: U4404 tenant_not_found, U4461 lake_invalid

CREATE OR REPLACE FUNCTION c360.lake_months(p_tenant text, p_table text, p_at timestamptz DEFAULT now())
    RETURNS TABLE (partition text, lo timestamptz, hi timestamptz, is_over boolean)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $$
#variable_conflict use_column
DECLARE
    v_table  record;
    v_months timestamptz[];
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    v_table := c360._lake_table(p_tenant, p_table);

    IF v_table.time_column IS NULL THEN
        RETURN QUERY VALUES ('all', NULL::timestamptz, NULL::timestamptz, false);
        RETURN;
    END IF;

    EXECUTE format(
        'SELECT array_agg(DISTINCT date_trunc(''month'', kept.%1$I)) FROM %2$s WHERE %3$s AND isfinite(kept.%1$I)',
        v_table.time_column,
        -- Of events only what no partition was made for is looked at.
        CASE p_table WHEN 'events' THEN 'cdp_behavioral_events_default AS kept' ELSE v_table.source END,
        v_table.scope
    )
    INTO v_months;

    RETURN QUERY
    SELECT
        to_char(month.start, '"y"YYYY"m"MM'),
        month.start,
        month.start + interval '1 month',
        month.start + interval '1 month' <= p_at
    FROM (
        SELECT unnest(v_months)
        UNION
        SELECT substring(pg_get_expr(part.relpartbound, part.oid) FROM $bound$FROM \('([^']+)'\)$bound$)::timestamptz
        FROM pg_inherits AS inherited
        JOIN pg_class AS part ON part.oid = inherited.inhrelid
        WHERE p_table = 'events'
          AND inherited.inhparent = to_regclass('cdp_behavioral_events')
    ) AS month (start)
    WHERE month.start IS NOT NULL
    ORDER BY month.start;
END;
$$;

COMMENT ON FUNCTION c360.lake_months(text, text, timestamptz) IS
    'The months of a table of the lake that PostgreSQL has.';
