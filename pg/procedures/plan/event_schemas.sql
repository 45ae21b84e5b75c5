-- The tracking plan: the schemas in force, with p_all their former versions too, and how many values of events did not follow each. Raises U4404.

CREATE OR REPLACE FUNCTION c360.event_schemas(
    p_tenant text,
    p_all    boolean DEFAULT false
)
    RETURNS TABLE (
        event_type      text,
        event_name      text,
        version         integer,
        mode            text,
        schema          jsonb,
        violation_count bigint,
        created_at      timestamptz,
        created_by      text,
        ended_at        timestamptz
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        stated.event_type,
        stated.event_name,
        stated.version,
        stated.mode,
        stated.schema,
        (
            SELECT coalesce(sum(found.violation_count), 0)::bigint
            FROM cdp_event_violations AS found
            WHERE found.event_type = stated.event_type
              AND found.event_name = stated.event_name
              AND found.version = stated.version
        ),
        stated.created_at,
        stated.created_by,
        stated.ended_at
    FROM cdp_event_schemas AS stated
    WHERE p_all
       OR stated.ended_at IS NULL
    ORDER BY
        stated.event_type,
        stated.event_name,
        stated.version;
END;
$$;

COMMENT ON FUNCTION c360.event_schemas(text, boolean) IS
    'The tracking plan of a tenant: the schema of each event.';
