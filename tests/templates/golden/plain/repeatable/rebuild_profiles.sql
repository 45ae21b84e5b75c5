-- Computes golden records anew from their observations (assemble_profiles() does), and writes those that differ, and those
-- of p_renewed (merged, split), as a new version. Answers all of them, with the attributes that changed, whether there is a
-- new version, the document of the record, and its metrics where they follow from its observations alone. A golden record
-- that links name and that is not there yet is made, at p_at, founded on its lowest observation: written once, and not
-- first empty and then anew. Safe to repeat: the second time nothing differs. Raises nothing.
CREATE OR REPLACE FUNCTION tenant_plain.rebuild_profiles(
    p_master_profile_ids uuid[],
    p_renewed            uuid[] DEFAULT '{}',
    p_at                 timestamptz DEFAULT clock_timestamp()
)
    RETURNS TABLE (master_profile_id uuid, changed text[], version integer, is_news boolean, profile jsonb, metrics jsonb)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, tenant_plain, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_hashjoin = on
    SET enable_mergejoin = off
    SET enable_seqscan = off
    SET jit = off
    SET work_mem = '16MB'
    SET datestyle = 'ISO, YMD'
    SET timezone = 'UTC'
AS $$
#variable_conflict use_variable
DECLARE
    v_internal text := coalesce(current_setting('c360.internal_write', true), '');
    v_facts    jsonb := '{}';
    v_ids      uuid[] := ARRAY(
        SELECT listed.id
        FROM unnest(p_master_profile_ids || p_renewed) AS listed (id)
        GROUP BY listed.id
        ORDER BY listed.id
    );
BEGIN
    IF EXISTS (SELECT FROM tenant_plain.cdp_purchases) THEN
        SELECT coalesce(jsonb_object_agg(bought.id, bought.facts), '{}')
        INTO v_facts
        FROM (
            SELECT
                fact.master_profile_id AS id,
                jsonb_object_agg(figure.name, figure.value) AS facts
            FROM c360._purchase_facts('plain', p_master_profile_ids) AS fact
            CROSS JOIN LATERAL jsonb_each(to_jsonb(fact.*)) AS figure (name, value)
            WHERE figure.name = ANY (ARRAY[]::text[])
              AND figure.value <> 'null'
            GROUP BY fact.master_profile_id
        ) AS bought;
    END IF;

    -- Not the edit of a person.
    PERFORM set_config('c360.internal_write', 'on', true);

    RETURN QUERY
    WITH judged AS MATERIALIZED (
        SELECT
            assembled.*,
            assembled._version = 0 OR renewed.id IS NOT NULL OR assembled._changed <> '{}' AS _is_news
        FROM tenant_plain.assemble_profiles(v_ids, v_facts, true) AS assembled
        LEFT JOIN (
            SELECT listed.id
            FROM unnest(p_renewed) AS listed (id)
            GROUP BY listed.id
        ) AS renewed ON renewed.id = assembled.master_profile_id
    ),
    founded AS (
        INSERT INTO tenant_plain.cdp_master_profiles (
            master_profile_id,
            founding_raw_profile_id,
            version,
            attribute_sources,
            created_at,
            updated_at,
            email,
            first_name
        )
        SELECT
            judged.master_profile_id,
            judged._founder,
            1,
            judged.attribute_sources,
            p_at,
            p_at,
            judged.email,
            judged.first_name
        FROM judged
        WHERE judged._place IS NULL
    ),
    written AS (
        UPDATE tenant_plain.cdp_master_profiles AS master
        SET version = CASE WHEN judged._is_news THEN master.version + 1 ELSE master.version END,
            updated_at = CASE WHEN judged._is_news THEN clock_timestamp() ELSE master.updated_at END,
            attribute_sources = judged.attribute_sources,
            email = judged.email,
            first_name = judged.first_name
        FROM judged
        WHERE master.ctid = judged._place
          AND (judged._is_news OR judged._has_other_sources)
    )
    SELECT
        judged.master_profile_id,
        judged._changed,
        CASE WHEN judged._is_news THEN judged._version + 1 ELSE judged._version END,
        judged._is_news,
        judged._profile,
        judged._metrics
    FROM judged;

    PERFORM set_config('c360.internal_write', v_internal, true);
END;
$$;

COMMENT ON FUNCTION tenant_plain.rebuild_profiles(uuid[], uuid[], timestamptz) IS
    'Recomputes golden records from their observations by the survivorship rules of this tenant; answers what changed.';
