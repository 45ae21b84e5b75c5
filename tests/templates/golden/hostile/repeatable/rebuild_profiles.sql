-- Computes golden records anew from what their observations say in standard form, by the survivorship rule of each
-- attribute, and writes those that differ, and those of p_renewed (merged, split), as a new version. Answers all of them,
-- with the attributes that changed, whether there is a new version, and the document of the record. A golden record that
-- links name and that is not there yet is made, at p_at, founded on its lowest observation: written once, and not first
-- empty and then anew.
-- Absent is not null: only values that were sent compete. What was seen later wins, then the higher content hash, so that
-- arrival makes no difference and a tie is decided for all attributes alike; for most attributes that is a concatenation
-- of documents. One plan is kept for any number of golden records: it joins nothing but rows looked up by their keys.
-- Safe to repeat: the second time nothing differs. Raises nothing.
CREATE OR REPLACE FUNCTION tenant_select_2.rebuild_profiles(
    p_master_profile_ids uuid[],
    p_renewed            uuid[] DEFAULT '{}',
    p_at                 timestamptz DEFAULT clock_timestamp()
)
    RETURNS TABLE (master_profile_id uuid, changed text[], version integer, is_news boolean, profile jsonb)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, tenant_select_2, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_hashjoin = off
    SET enable_mergejoin = off
    SET enable_seqscan = off
    SET jit = off
    SET work_mem = '64MB'
    SET datestyle = 'ISO, YMD'
    SET timezone = 'UTC'
AS $$
#variable_conflict use_column
DECLARE
    v_internal      text := coalesce(current_setting('c360.internal_write', true), '');
    v_has_activity  boolean := EXISTS (SELECT FROM tenant_select_2.cdp_activity);
    v_has_purchases boolean := EXISTS (SELECT FROM tenant_select_2.cdp_purchases);
    v_has_overrides boolean := EXISTS (SELECT FROM tenant_select_2.cdp_attribute_overrides);
BEGIN
    -- Not the edit of a person.
    PERFORM set_config('c360.internal_write', 'on', true);

    RETURN QUERY
    WITH wanted AS MATERIALIZED (
        SELECT
            listed.id AS master_profile_id,
            bool_or(listed.is_renewed) AS is_renewed
        FROM (
            SELECT
                asked.id,
                false
            FROM unnest(p_master_profile_ids) AS asked (id)
            UNION ALL
            SELECT
                renewed.id,
                true
            FROM unnest(p_renewed) AS renewed (id)
        ) AS listed (id, is_renewed)
        GROUP BY listed.id
    ),

    -- Every observation of these people, once, and what it says.
    observed AS MATERIALIZED (
        SELECT
            wanted.master_profile_id,
            own.raw_profile_id,
            own.source,
            own.content_hash,
            own.seen_at,
            own.weight,
            own.attributes,
            wanted.is_renewed
        FROM wanted
        LEFT JOIN LATERAL (
            SELECT
                link.raw_profile_id,
                raw.source,
                raw.content_hash,
                coalesce(seen.last_at, raw.observed_at) AS seen_at,
                coalesce(seen.event_count, 1) AS weight,
                said.attributes
            FROM tenant_select_2.cdp_profile_links AS link
            CROSS JOIN LATERAL (
                SELECT
                    own.source,
                    own.content_hash,
                    own.observed_at
                FROM tenant_select_2.cdp_raw_profiles AS own
                WHERE own.raw_profile_id = link.raw_profile_id
                OFFSET 0
            ) AS raw
            LEFT JOIN LATERAL (
                SELECT own.attributes
                FROM tenant_select_2.cdp_standard_profiles AS own
                WHERE own.raw_profile_id = link.raw_profile_id
                OFFSET 0
            ) AS said ON true
            LEFT JOIN LATERAL (
                SELECT
                    max(activity.last_at) AS last_at,
                    sum(activity.event_count) AS event_count
                FROM tenant_select_2.cdp_activity AS activity
                WHERE activity.raw_profile_id = link.raw_profile_id
            ) AS seen ON v_has_activity
            WHERE link.master_profile_id = wanted.master_profile_id
            OFFSET 0
        ) AS own ON true
    ),

    -- What was said last, and by whom. Attributes with another rule are covered below.
    recent AS (
        SELECT
            observed.master_profile_id,
            bool_or(observed.is_renewed) AS is_renewed,
            min(observed.raw_profile_id) AS founder,
            coalesce(c360._merged(observed.attributes ORDER BY observed.seen_at, observed.content_hash), '{}') AS doc,
            coalesce(
                c360._merged(
                    (
                        SELECT jsonb_object_agg(attribute.name, observed.raw_profile_id)
                        FROM jsonb_object_keys(observed.attributes) AS attribute (name)
                    )
                    ORDER BY
                        observed.seen_at,
                        observed.content_hash
                ),
                '{}'
            ) AS sources
        FROM observed
        GROUP BY observed.master_profile_id
    ),

    -- Values of attributes with any other rule, where they were sent at all.
    candidate AS MATERIALIZED (
        SELECT
            observed.master_profile_id,
            observed.raw_profile_id,
            observed.source,
            observed.content_hash,
            observed.seen_at,
            observed.weight,
            item.attribute,
            item.value
        FROM observed
        CROSS JOIN LATERAL jsonb_each(observed.attributes) AS item (attribute, value)
        WHERE observed.attributes ?| ARRAY['select', 'order', 'table', 'user', 'group', 'position', 'values', 'all', 'end', 'new', 'old', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx']::text[]
          AND item.attribute = ANY (ARRAY['select', 'order', 'table', 'user', 'group', 'position', 'values', 'all', 'end', 'new', 'old', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx']::text[])
    ),
    ranked AS (
        SELECT
            candidate.*,
            CASE
                WHEN candidate.attribute = ANY (ARRAY[]::text[])
                    THEN extract(epoch FROM candidate.seen_at)
                WHEN candidate.attribute = ANY (ARRAY[]::text[])
                    THEN -length(candidate.value #>> '{}')
                WHEN candidate.attribute = ANY (ARRAY[]::text[])
                    THEN -sum(candidate.weight) OVER (PARTITION BY candidate.master_profile_id, candidate.attribute, candidate.value)
                WHEN candidate.attribute = 'select'
                    THEN coalesce(array_position(ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], candidate.source), 1000000)
                WHEN candidate.attribute = 'order'
                    THEN coalesce(array_position(ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], candidate.source), 1000000)
                WHEN candidate.attribute = 'table'
                    THEN coalesce(array_position(ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], candidate.source), 1000000)
                WHEN candidate.attribute = 'user'
                    THEN coalesce(array_position(ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], candidate.source), 1000000)
                WHEN candidate.attribute = 'group'
                    THEN coalesce(array_position(ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], candidate.source), 1000000)
                WHEN candidate.attribute = 'position'
                    THEN coalesce(array_position(ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], candidate.source), 1000000)
                WHEN candidate.attribute = 'values'
                    THEN coalesce(array_position(ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], candidate.source), 1000000)
                WHEN candidate.attribute = 'all'
                    THEN coalesce(array_position(ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], candidate.source), 1000000)
                WHEN candidate.attribute = 'end'
                    THEN coalesce(array_position(ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], candidate.source), 1000000)
                WHEN candidate.attribute = 'new'
                    THEN coalesce(array_position(ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], candidate.source), 1000000)
                WHEN candidate.attribute = 'old'
                    THEN coalesce(array_position(ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], candidate.source), 1000000)
            END AS rank
        FROM candidate
        WHERE NOT candidate.attribute = ANY (ARRAY['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx']::text[])
    ),
    survivor AS (
        SELECT DISTINCT ON (ranked.master_profile_id, ranked.attribute)
            ranked.master_profile_id,
            ranked.attribute,
            ranked.value,
            ranked.raw_profile_id
        FROM ranked
        ORDER BY
            ranked.master_profile_id,
            ranked.attribute,
            ranked.rank,
            CASE WHEN ranked.attribute = ANY (ARRAY[]::text[]) THEN (c360._number(ranked.value)) END DESC NULLS LAST,
            CASE WHEN ranked.attribute = ANY (ARRAY[]::text[]) THEN ranked.value #>> '{}' END COLLATE "C" DESC,
            CASE WHEN ranked.attribute = ANY (ARRAY[]::text[]) THEN (c360._number(ranked.value)) END,
            CASE WHEN ranked.attribute = ANY (ARRAY[]::text[]) THEN ranked.value #>> '{}' END COLLATE "C",
            ranked.seen_at DESC,
            ranked.content_hash DESC
    ),

    -- Lists are unions; objects are merged, the latest value of each key.
    united AS (
        SELECT
            element.master_profile_id,
            element.attribute,
            jsonb_agg(DISTINCT element.value COLLATE "C" ORDER BY element.value COLLATE "C") AS value
        FROM (
            SELECT
                candidate.master_profile_id,
                candidate.attribute,
                item.value
            FROM candidate
            CROSS JOIN LATERAL jsonb_array_elements_text(candidate.value) AS item (value)
            WHERE candidate.attribute = ANY (ARRAY['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx']::text[])
        ) AS element
        GROUP BY
            element.master_profile_id,
            element.attribute
        UNION ALL
        SELECT
            candidate.master_profile_id,
            candidate.attribute,
            c360._merged(candidate.value ORDER BY candidate.seen_at, candidate.content_hash)
        FROM candidate
        WHERE candidate.attribute = ANY (ARRAY[]::text[])
        GROUP BY
            candidate.master_profile_id,
            candidate.attribute
    ),

    -- Identifiers as attributes: the latest one, all of them, or the latest of each scope.
    held AS MATERIALIZED (
        SELECT
            observed.master_profile_id,
            own.identifier_type,
            split_part(own.identifier_type, ':', 1) AS kind,
            own.value,
            max(observed.seen_at) AS seen_at
        FROM observed
        CROSS JOIN LATERAL (
            SELECT
                identifier.identifier_type,
                identifier.value
            FROM tenant_select_2.cdp_raw_identifiers AS identifier
            WHERE identifier.raw_profile_id = observed.raw_profile_id
            OFFSET 0
        ) AS own
        GROUP BY
            observed.master_profile_id,
            own.identifier_type,
            own.value
    ),
    known (master_profile_id, attribute, value) AS (
        SELECT
            NULL::uuid,
            NULL::text,
            NULL::jsonb
        WHERE false
    ),

    -- What a person wrote into the golden record stays.
    edited AS (
        SELECT DISTINCT ON (observed.master_profile_id, own.attribute)
            observed.master_profile_id,
            own.attribute,
            coalesce(own.value, 'null') AS value
        FROM observed
        CROSS JOIN LATERAL (
            SELECT written.*
            FROM tenant_select_2.cdp_attribute_overrides AS written
            WHERE written.raw_profile_id = observed.raw_profile_id
            OFFSET 0
        ) AS own
        WHERE v_has_overrides
        ORDER BY
            observed.master_profile_id,
            own.attribute,
            own.set_at DESC,
            own.value::text COLLATE "C"
    ),

    -- One document for each golden record: later layers cover earlier ones.
    layer (master_profile_id, number, doc, sources, is_renewed, founder) AS (
        SELECT known.master_profile_id, 1, jsonb_object_agg(known.attribute, known.value), NULL::jsonb, false, NULL::bigint
        FROM known
        GROUP BY known.master_profile_id
        UNION ALL
        SELECT recent.master_profile_id, 2, recent.doc, recent.sources - ARRAY['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx']::text[], recent.is_renewed, recent.founder
        FROM recent
        UNION ALL
        SELECT survivor.master_profile_id, 3, jsonb_object_agg(survivor.attribute, survivor.value), jsonb_object_agg(survivor.attribute, survivor.raw_profile_id), false, NULL
        FROM survivor
        GROUP BY survivor.master_profile_id
        UNION ALL
        SELECT united.master_profile_id, 3, jsonb_object_agg(united.attribute, united.value), NULL, false, NULL
        FROM united
        GROUP BY united.master_profile_id
        UNION ALL
        SELECT fact.master_profile_id, 3, jsonb_object_agg(figure.name, figure.value), NULL, false, NULL
        FROM c360._purchase_facts('select_2', p_master_profile_ids) AS fact
        CROSS JOIN LATERAL jsonb_each(to_jsonb(fact)) AS figure (name, value)
        WHERE v_has_purchases
          AND figure.name = ANY (ARRAY[]::text[])
          AND figure.value <> 'null'
        GROUP BY fact.master_profile_id
        UNION ALL
        SELECT edited.master_profile_id, 4, jsonb_object_agg(edited.attribute, edited.value), jsonb_object_agg(edited.attribute, 'edited'::text), false, NULL
        FROM edited
        GROUP BY edited.master_profile_id
    ),
    stacked AS MATERIALIZED (
        SELECT
            layer.master_profile_id,
            c360._merged(layer.doc ORDER BY layer.number) AS doc,
            c360._merged(layer.sources ORDER BY layer.number) AS attribute_sources,
            bool_or(layer.is_renewed) AS is_renewed,
            max(layer.founder) AS founder
        FROM layer
        GROUP BY layer.master_profile_id
    ),
    -- A list of identifiers leaves out the one that is shown as the main one.
    document AS MATERIALIZED (
        SELECT
            stacked.master_profile_id,
            stacked.attribute_sources,
            stacked.is_renewed,
            stacked.founder,
            CASE
                WHEN stacked.doc ?| ARRAY[]::text[] THEN stacked.doc - ARRAY[]::text[]
                ELSE stacked.doc
            END AS doc
        FROM stacked
    ),
    compared AS (
        SELECT
            scored.*,
            master._place,
            coalesce(master.version, 0) AS _version,
            master.attribute_sources <> scored.attribute_sources AS _has_other_sources,
            -- What columns could not hold, and what a person emptied, is in the document and must not be.
            CASE
                WHEN num_nonnulls(
                    NULL,
                    scored."select",
                    scored."order",
                    scored."table",
                    scored."user",
                    scored."group",
                    scored."position",
                    scored."values",
                    scored."all",
                    scored."end",
                    scored.new,
                    scored.old,
                    scored.master,
                    scored.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                ) = (SELECT count(*) FROM jsonb_object_keys(scored._doc))
                    THEN scored._doc
                ELSE c360._profile_document(to_jsonb(scored) - '{_doc,_is_renewed,_founder}'::text[])
            END AS _profile,
            array_remove(ARRAY[
                NULL::text,
                CASE WHEN master."select" IS DISTINCT FROM scored."select" THEN 'select' END,
                CASE WHEN master."order" IS DISTINCT FROM scored."order" THEN 'order' END,
                CASE WHEN master."table" IS DISTINCT FROM scored."table" THEN 'table' END,
                CASE WHEN master."user" IS DISTINCT FROM scored."user" THEN 'user' END,
                CASE WHEN master."group" IS DISTINCT FROM scored."group" THEN 'group' END,
                CASE WHEN master."position" IS DISTINCT FROM scored."position" THEN 'position' END,
                CASE WHEN master."values" IS DISTINCT FROM scored."values" THEN 'values' END,
                CASE WHEN master."all" IS DISTINCT FROM scored."all" THEN 'all' END,
                CASE WHEN master."end" IS DISTINCT FROM scored."end" THEN 'end' END,
                CASE WHEN master.new IS DISTINCT FROM scored.new THEN 'new' END,
                CASE WHEN master.old IS DISTINCT FROM scored.old THEN 'old' END,
                CASE WHEN master.master IS DISTINCT FROM scored.master THEN 'master' END,
                CASE WHEN master.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx IS DISTINCT FROM scored.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx THEN 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' END
            ], NULL) AS _changed
        FROM (
            SELECT
                typed.*
            FROM (
                SELECT
                    document.master_profile_id,
                    document.attribute_sources,
                    document.is_renewed AS _is_renewed,
                    document.founder AS _founder,
                    document.doc AS _doc,
                    document.doc ->> 'select' AS "select",
                    document.doc ->> 'order' AS "order",
                    document.doc ->> 'table' AS "table",
                    document.doc ->> 'user' AS "user",
                    document.doc ->> 'group' AS "group",
                    document.doc ->> 'position' AS "position",
                    document.doc ->> 'values' AS "values",
                    document.doc ->> 'all' AS "all",
                    document.doc ->> 'end' AS "end",
                    document.doc ->> 'new' AS new,
                    document.doc ->> 'old' AS old,
                    document.doc ->> 'master' AS master,
                    CASE
                        WHEN jsonb_typeof(document.doc -> 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx') = 'array'
                            THEN ARRAY(SELECT jsonb_array_elements_text(document.doc -> 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'))
                    END AS xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                FROM document
                OFFSET 0
            ) AS typed
            OFFSET 0
        ) AS scored
        LEFT JOIN LATERAL (
            SELECT
                golden.ctid AS _place,
                golden.*
            FROM tenant_select_2.cdp_master_profiles AS golden
            WHERE golden.master_profile_id = scored.master_profile_id
            OFFSET 0
        ) AS master ON true
        WHERE master._place IS NOT NULL
           OR scored._founder IS NOT NULL
    ),
    judged AS MATERIALIZED (
        SELECT
            compared.*,
            compared._version = 0 OR compared._is_renewed OR compared._changed <> '{}' AS _is_news
        FROM compared
    ),
    founded AS (
        INSERT INTO tenant_select_2.cdp_master_profiles (
            master_profile_id,
            founding_raw_profile_id,
            version,
            attribute_sources,
            created_at,
            updated_at,
            "select",
            "order",
            "table",
            "user",
            "group",
            "position",
            "values",
            "all",
            "end",
            new,
            old,
            master,
            xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
        )
        SELECT
            judged.master_profile_id,
            judged._founder,
            1,
            judged.attribute_sources,
            p_at,
            p_at,
            judged."select",
            judged."order",
            judged."table",
            judged."user",
            judged."group",
            judged."position",
            judged."values",
            judged."all",
            judged."end",
            judged.new,
            judged.old,
            judged.master,
            judged.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
        FROM judged
        WHERE judged._place IS NULL
    ),
    written AS (
        UPDATE tenant_select_2.cdp_master_profiles AS master
        SET version = CASE WHEN judged._is_news THEN master.version + 1 ELSE master.version END,
            updated_at = CASE WHEN judged._is_news THEN clock_timestamp() ELSE master.updated_at END,
            attribute_sources = judged.attribute_sources,
            "select" = judged."select",
            "order" = judged."order",
            "table" = judged."table",
            "user" = judged."user",
            "group" = judged."group",
            "position" = judged."position",
            "values" = judged."values",
            "all" = judged."all",
            "end" = judged."end",
            new = judged.new,
            old = judged.old,
            master = judged.master,
            xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx = judged.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
        FROM judged
        WHERE master.ctid = judged._place
          AND (judged._is_news OR judged._has_other_sources)
    )
    SELECT
        judged.master_profile_id,
        judged._changed,
        CASE WHEN judged._is_news THEN judged._version + 1 ELSE judged._version END,
        judged._is_news,
        judged._profile
    FROM judged;

    PERFORM set_config('c360.internal_write', v_internal, true);
END;
$$;

COMMENT ON FUNCTION tenant_select_2.rebuild_profiles(uuid[], uuid[], timestamptz) IS
    'Recomputes golden records from their observations by the survivorship rules of this tenant; answers what changed.';
