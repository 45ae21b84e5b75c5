-- What an event (as it is sent: type, event, properties or traits) does not follow of the tracking plan, or of p_schema where that is given;
-- no rows for one that follows, and for one without a schema. Writes nothing.
-- Raises: U4404 tenant_not_found, U1114 event_unknown, U1115 event_schema_invalid

CREATE OR REPLACE FUNCTION c360.check_event(
    p_tenant text,
    p_event  jsonb,
    p_schema jsonb DEFAULT NULL
)
    RETURNS TABLE (path text, keyword text, demanded jsonb, mode text)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_kind record;
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    IF octet_length(p_schema::text) > 100000 THEN
        RAISE EXCEPTION 'a schema is a JSON object of at most 100 kB'
            USING ERRCODE = 'U1115';
    END IF;
    v_kind := c360._event_kind(p_event ->> 'event', coalesce(p_event ->> 'type', 'track'));

    RETURN QUERY
    SELECT
        tried.path,
        tried.keyword,
        tried.demanded,
        tried.mode
    FROM (
        SELECT
            checked.position::bigint,
            checked.path,
            checked.keyword,
            checked.demanded,
            checked.mode,
            checked.test
        FROM cdp_event_checks AS checked
        WHERE p_schema IS NULL
          AND checked.event_type = v_kind.event_type
          AND checked.event_name = v_kind.event_name
        UNION ALL
        SELECT
            row_number() OVER (ORDER BY made.path, made.keyword),
            made.path,
            made.keyword,
            made.demanded,
            NULL,
            made.test
        FROM c360._schema_checks(coalesce(p_schema, '{}')) AS made
    ) AS tried
    WHERE NOT coalesce(jsonb_path_match(c360._schema_subject(v_kind.event_type, p_event), tried.test, silent => true), false)
    ORDER BY tried.position;
END;
$$;

COMMENT ON FUNCTION c360.check_event(text, jsonb, jsonb) IS
    'What an event does not follow of the tracking plan or of a schema; writes nothing.';
