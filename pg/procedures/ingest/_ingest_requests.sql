-- Ingests many requests of one tenant in one transaction, each with the source its key speaks for; source by source in a fixed order, so
-- that two calls cannot lock each other out. Called as the copy that each tenant has (c360._tenant_copies()), which brings the path.
-- Answers one row for each request, in order; NULL for one that has to be sent by itself. p_sources NULL: its key may not.
-- Raises: U1005 body_too_deep

CREATE OR REPLACE FUNCTION c360._ingest_requests(
    p_tenant   text,
    p_sources  text[],
    p_types    text[],
    p_bodies   text[]
)
    RETURNS SETOF json
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_events    c360.sent_event[];
    v_alone     boolean[];
    v_source    text;
    v_outcomes  json[] := array_fill(NULL::json, ARRAY[coalesce(cardinality(p_types), 0)]);
BEGIN
    SELECT body.events, body.alone
    INTO v_events, v_alone
    FROM c360._unpack_requests(p_types, p_bodies) AS body;

    IF array_position(p_sources, NULL) IS NULL AND (SELECT count(DISTINCT sent.source) FROM unnest(p_sources) AS sent (source)) = 1 THEN
        RETURN QUERY
        SELECT CASE
            WHEN NOT v_alone[told.number]
                THEN c360._outcome(p_types[told.number], told.accepted, told.duplicates, told.implausible, told.rejected)
        END
        FROM _record_events(p_tenant, p_sources[1], v_events, now(), cardinality(p_types))
            WITH ORDINALITY AS told (accepted, duplicates, implausible, rejected, number)
        ORDER BY told.number;
        RETURN;
    END IF;

    FOR v_source IN
        SELECT DISTINCT sent.source COLLATE "C"
        FROM unnest(p_sources) AS sent (source)
        WHERE sent.source IS NOT NULL
        ORDER BY sent.source COLLATE "C"
    LOOP
        SELECT array_agg(
            CASE
                WHEN p_sources[told.number] = v_source AND NOT v_alone[told.number]
                    THEN c360._outcome(p_types[told.number], told.accepted, told.duplicates, told.implausible, told.rejected)
                ELSE v_outcomes[told.number]
            END ORDER BY told.number
        )
        INTO v_outcomes
        FROM _record_events(
            p_tenant,
            v_source,
            ARRAY(
                SELECT ROW(sent.*)::c360.sent_event
                FROM unnest(v_events) AS sent
                WHERE p_sources[sent.request] = v_source
                ORDER BY sent.request, sent.index
            ),
            now(),
            cardinality(p_types)
        ) WITH ORDINALITY AS told (accepted, duplicates, implausible, rejected, number);
    END LOOP;

    RETURN QUERY
    SELECT answered.outcome
    FROM unnest(v_outcomes) WITH ORDINALITY AS answered (outcome, number)
    ORDER BY answered.number;
END;
$$;

COMMENT ON FUNCTION c360._ingest_requests(text, text[], text[], text[]) IS
    'Ingests many requests of a tenant at once; answers what became of each, NULL for one that has to be sent by itself.';
