-- Computes golden records anew from their observations (assemble_profiles() does), and writes those that differ, and those
-- of p_renewed (merged, split), as a new version. Answers all of them, with the attributes that changed, whether there is a
-- new version, the document of the record, and its metrics where they follow from its observations alone. A golden record
-- that links name and that is not there yet is made, at p_at, founded on its lowest observation: written once, and not
-- first empty and then anew. Safe to repeat: the second time nothing differs. Raises nothing.
CREATE OR REPLACE FUNCTION tenant_full.rebuild_profiles(
    p_master_profile_ids uuid[],
    p_renewed            uuid[] DEFAULT '{}',
    p_at                 timestamptz DEFAULT clock_timestamp()
)
    RETURNS TABLE (master_profile_id uuid, changed text[], version integer, is_news boolean, profile jsonb, metrics jsonb)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, tenant_full, pg_temp
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
    IF EXISTS (SELECT FROM tenant_full.cdp_purchases) THEN
        SELECT coalesce(jsonb_object_agg(bought.id, bought.facts), '{}')
        INTO v_facts
        FROM (
            SELECT
                fact.master_profile_id AS id,
                jsonb_object_agg(figure.name, figure.value) AS facts
            FROM c360._purchase_facts('full', p_master_profile_ids) AS fact
            CROSS JOIN LATERAL jsonb_each(to_jsonb(fact.*)) AS figure (name, value)
            WHERE figure.name = ANY (ARRAY['total_orders']::text[])
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
        FROM tenant_full.assemble_profiles(v_ids, v_facts, true) AS assembled
        LEFT JOIN (
            SELECT listed.id
            FROM unnest(p_renewed) AS listed (id)
            GROUP BY listed.id
        ) AS renewed ON renewed.id = assembled.master_profile_id
    ),
    founded AS (
        INSERT INTO tenant_full.cdp_master_profiles (
            master_profile_id,
            founding_raw_profile_id,
            version,
            attribute_sources,
            created_at,
            updated_at,
            of_type_text,
            of_type_text_list,
            of_type_integer,
            of_type_bigint,
            of_type_numeric,
            of_type_double,
            of_type_boolean,
            of_type_date,
            of_type_timestamp,
            of_type_json,
            by_most_recent,
            by_first,
            by_most_frequent,
            by_longest,
            by_source_priority,
            by_verified_first,
            by_max,
            by_min,
            as_name,
            as_email,
            as_phone,
            as_id,
            as_date,
            as_gender,
            as_country,
            email,
            secondary_emails,
            user_id,
            national_ids,
            crm_contact_ids,
            born,
            source_systems,
            total_orders
        )
        SELECT
            judged.master_profile_id,
            judged._founder,
            1,
            judged.attribute_sources,
            p_at,
            p_at,
            judged.of_type_text,
            judged.of_type_text_list,
            judged.of_type_integer,
            judged.of_type_bigint,
            judged.of_type_numeric,
            judged.of_type_double,
            judged.of_type_boolean,
            judged.of_type_date,
            judged.of_type_timestamp,
            judged.of_type_json,
            judged.by_most_recent,
            judged.by_first,
            judged.by_most_frequent,
            judged.by_longest,
            judged.by_source_priority,
            judged.by_verified_first,
            judged.by_max,
            judged.by_min,
            judged.as_name,
            judged.as_email,
            judged.as_phone,
            judged.as_id,
            judged.as_date,
            judged.as_gender,
            judged.as_country,
            judged.email,
            judged.secondary_emails,
            judged.user_id,
            judged.national_ids,
            judged.crm_contact_ids,
            judged.born,
            judged.source_systems,
            judged.total_orders
        FROM judged
        WHERE judged._place IS NULL
    ),
    written AS (
        UPDATE tenant_full.cdp_master_profiles AS master
        SET version = CASE WHEN judged._is_news THEN master.version + 1 ELSE master.version END,
            updated_at = CASE WHEN judged._is_news THEN clock_timestamp() ELSE master.updated_at END,
            attribute_sources = judged.attribute_sources,
            of_type_text = judged.of_type_text,
            of_type_text_list = judged.of_type_text_list,
            of_type_integer = judged.of_type_integer,
            of_type_bigint = judged.of_type_bigint,
            of_type_numeric = judged.of_type_numeric,
            of_type_double = judged.of_type_double,
            of_type_boolean = judged.of_type_boolean,
            of_type_date = judged.of_type_date,
            of_type_timestamp = judged.of_type_timestamp,
            of_type_json = judged.of_type_json,
            by_most_recent = judged.by_most_recent,
            by_first = judged.by_first,
            by_most_frequent = judged.by_most_frequent,
            by_longest = judged.by_longest,
            by_source_priority = judged.by_source_priority,
            by_verified_first = judged.by_verified_first,
            by_max = judged.by_max,
            by_min = judged.by_min,
            as_name = judged.as_name,
            as_email = judged.as_email,
            as_phone = judged.as_phone,
            as_id = judged.as_id,
            as_date = judged.as_date,
            as_gender = judged.as_gender,
            as_country = judged.as_country,
            email = judged.email,
            secondary_emails = judged.secondary_emails,
            user_id = judged.user_id,
            national_ids = judged.national_ids,
            crm_contact_ids = judged.crm_contact_ids,
            born = judged.born,
            source_systems = judged.source_systems,
            total_orders = judged.total_orders
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

COMMENT ON FUNCTION tenant_full.rebuild_profiles(uuid[], uuid[], timestamptz) IS
    'Recomputes golden records from their observations by the survivorship rules of this tenant; answers what changed.';
