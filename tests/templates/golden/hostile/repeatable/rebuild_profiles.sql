-- Computes golden records anew from their linked observations, by the survivorship rule of each attribute, and writes
-- those that differ. Answers them with the attributes that changed; a record of version 0 is new and becomes version 1.
-- Absent is not null: only values that were sent compete. A value that its column cannot hold is passed over.
-- Where a rule leaves a tie, the later observation wins, then the lower text, so that arrival makes no difference.
-- Safe to repeat: the second time nothing differs. Raises nothing.
CREATE OR REPLACE FUNCTION tenant_select_2.rebuild_profiles(p_master_profile_ids uuid[])
    RETURNS TABLE (master_profile_id uuid, changed text[])
    LANGUAGE plpgsql
    SET search_path = pg_catalog, tenant_select_2, pg_temp
    SET plan_cache_mode = force_custom_plan
    SET enable_hashjoin = on
    SET enable_mergejoin = on
    SET jit = off
    SET enable_seqscan = off
    SET datestyle = 'ISO, YMD'
    SET timezone = 'UTC'
AS $$
#variable_conflict use_column
DECLARE
    v_internal text := coalesce(current_setting('c360.internal_write', true), '');
BEGIN
    PERFORM c360._plan_for(cardinality(p_master_profile_ids));

    -- Not the edit of a person.
    PERFORM set_config('c360.internal_write', 'on', true);

    RETURN QUERY
    WITH wanted AS MATERIALIZED (
        SELECT DISTINCT id AS master_profile_id
        FROM unnest(p_master_profile_ids) AS id
    ),

    -- Every observation of these people, once.
    observed AS MATERIALIZED (
        SELECT
            wanted.master_profile_id,
            own.raw_profile_id,
            own.source,
            own.traits,
            own.observed_at,
            own.weight
        FROM wanted
        CROSS JOIN LATERAL (
            SELECT
                raw.raw_profile_id,
                raw.source,
                raw.traits,
                coalesce(seen.last_at, raw.observed_at) AS observed_at,
                coalesce(seen.event_count, 1) AS weight
            FROM tenant_select_2.cdp_profile_links AS link
            CROSS JOIN LATERAL (
                SELECT own.*
                FROM tenant_select_2.cdp_raw_profiles AS own
                WHERE own.raw_profile_id = link.raw_profile_id
                OFFSET 0
            ) AS raw
            CROSS JOIN LATERAL (
                SELECT
                    max(activity.last_at) AS last_at,
                    sum(activity.event_count) AS event_count
                FROM tenant_select_2.cdp_activity AS activity
                WHERE activity.raw_profile_id = link.raw_profile_id
            ) AS seen
            WHERE link.master_profile_id = wanted.master_profile_id
            OFFSET 0
        ) AS own
    ),

    -- Where the value of an attribute may stand among the traits, best place first, and how it is treated.
    place (attribute, position, trait, inside, data_type, normaliser, rule, is_indexed) AS (
        VALUES
            (NULL::text, NULL::integer, NULL::text, NULL::text[], NULL::text, NULL::text, NULL::text, NULL::boolean),
            ('select', 1, E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], 'text', 'text', 'source_priority', true),
            ('select', 2, 'a''', ARRAY[E'b\u005c', E'c\u0024\u0024']::text[], 'text', 'text', 'source_priority', true),
            ('order', 1, E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], 'text', 'text', 'source_priority', true),
            ('order', 2, 'a''', ARRAY[E'b\u005c', E'c\u0024\u0024']::text[], 'text', 'text', 'source_priority', true),
            ('table', 1, E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], 'text', 'text', 'source_priority', true),
            ('table', 2, 'a''', ARRAY[E'b\u005c', E'c\u0024\u0024']::text[], 'text', 'text', 'source_priority', true),
            ('user', 1, E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], 'text', 'text', 'source_priority', true),
            ('user', 2, 'a''', ARRAY[E'b\u005c', E'c\u0024\u0024']::text[], 'text', 'text', 'source_priority', true),
            ('group', 1, E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], 'text', 'text', 'source_priority', true),
            ('group', 2, 'a''', ARRAY[E'b\u005c', E'c\u0024\u0024']::text[], 'text', 'text', 'source_priority', true),
            ('position', 1, E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], 'text', 'text', 'source_priority', true),
            ('position', 2, 'a''', ARRAY[E'b\u005c', E'c\u0024\u0024']::text[], 'text', 'text', 'source_priority', true),
            ('values', 1, E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], 'text', 'text', 'source_priority', true),
            ('values', 2, 'a''', ARRAY[E'b\u005c', E'c\u0024\u0024']::text[], 'text', 'text', 'source_priority', true),
            ('all', 1, E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], 'text', 'text', 'source_priority', true),
            ('all', 2, 'a''', ARRAY[E'b\u005c', E'c\u0024\u0024']::text[], 'text', 'text', 'source_priority', true),
            ('end', 1, E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], 'text', 'text', 'source_priority', true),
            ('end', 2, 'a''', ARRAY[E'b\u005c', E'c\u0024\u0024']::text[], 'text', 'text', 'source_priority', true),
            ('new', 1, E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], 'text', 'text', 'source_priority', true),
            ('new', 2, 'a''', ARRAY[E'b\u005c', E'c\u0024\u0024']::text[], 'text', 'text', 'source_priority', true),
            ('old', 1, E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], 'text', 'text', 'source_priority', true),
            ('old', 2, 'a''', ARRAY[E'b\u005c', E'c\u0024\u0024']::text[], 'text', 'text', 'source_priority', true),
            ('master', 1, E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], 'text', 'id', 'most_recent', false),
            ('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 1, 'x', ARRAY[]::text[], 'text[]', 'text', 'union', true)
    ),
    sent AS NOT MATERIALIZED (
        SELECT
            observed.master_profile_id,
            observed.raw_profile_id,
            observed.source,
            observed.observed_at,
            observed.weight,
            place.attribute,
            place.position,
            place.data_type,
            place.normaliser,
            place.rule,
            place.is_indexed,
            item.value #> place.inside AS value,
            place.rule = 'verified_first'
                AND coalesce(observed.traits ->> (place.trait || '_verified'), observed.traits ->> (place.trait || 'Verified')) IN ('true', '1') AS is_verified
        FROM observed
        CROSS JOIN LATERAL jsonb_each(observed.traits) AS item (trait, value)
        JOIN place ON place.trait = item.trait
        WHERE observed.traits <> '{}'
          AND item.value #> place.inside IS NOT NULL
    ),

    -- Single values, normalised. OFFSET 0: computed once, however often it is read below.
    spelled AS (
        SELECT
            sent.*,
            CASE
                WHEN jsonb_typeof(sent.value) NOT IN ('string', 'number', 'boolean') THEN NULL
                WHEN sent.data_type = 'date' THEN c360.normalise_date(sent.value #>> '{}')
                WHEN sent.normaliser = 'text' THEN c360.present_text(sent.value #>> '{}')
                WHEN sent.normaliser = 'name' THEN c360._tidy_name(sent.value #>> '{}')
                WHEN sent.normaliser = 'email' THEN c360.normalise_email(sent.value #>> '{}')
                WHEN sent.normaliser = 'phone' THEN c360.normalise_phone(sent.value #>> '{}', 'US')
                WHEN sent.normaliser = 'id' THEN c360.normalise_id(sent.value #>> '{}')
                WHEN sent.normaliser = 'date' THEN c360.normalise_date(sent.value #>> '{}')
                WHEN sent.normaliser = 'gender' THEN c360.normalise_gender(sent.value #>> '{}')
                WHEN sent.normaliser = 'country' THEN c360.normalise_country(sent.value #>> '{}')
                ELSE c360.present_text(sent.value #>> '{}')
            END AS spelling
        FROM sent
        WHERE sent.rule <> 'union'
        OFFSET 0
    ),
    candidate AS MATERIALIZED (
        SELECT
            spelled.master_profile_id,
            spelled.raw_profile_id,
            spelled.source,
            spelled.observed_at,
            spelled.weight,
            spelled.attribute,
            spelled.position,
            spelled.rule,
            spelled.is_verified,
            spelled.spelling
        FROM spelled
        WHERE spelled.spelling IS NOT NULL
          AND (NOT spelled.is_indexed OR length(spelled.spelling) <= 500)
          AND CASE spelled.data_type
            WHEN 'text' THEN true
            WHEN 'integer' THEN pg_input_is_valid(spelled.spelling, 'integer')
            WHEN 'bigint' THEN pg_input_is_valid(spelled.spelling, 'bigint')
            WHEN 'boolean' THEN pg_input_is_valid(spelled.spelling, 'boolean')
            WHEN 'numeric'
                THEN spelled.spelling ~ '^[-+]?[0-9.]+(e[-+]?[0-9]{1,3})?$' AND pg_input_is_valid(spelled.spelling, 'numeric')
            WHEN 'double precision'
                THEN spelled.spelling ~ '^[-+]?[0-9.]+([eE][-+]?[0-9]{1,3})?$' AND pg_input_is_valid(spelled.spelling, 'double precision')
            WHEN 'timestamptz'
                THEN spelled.spelling ~ '^[0-9]{4}-' AND pg_input_is_valid(spelled.spelling, 'timestamptz')
            ELSE true
        END
    ),

    -- The survivor of each attribute.
    frequency AS MATERIALIZED (
        SELECT
            candidate.master_profile_id,
            candidate.attribute,
            candidate.spelling,
            sum(candidate.weight) AS weight
        FROM candidate
        WHERE candidate.rule = 'most_frequent'
        GROUP BY
            candidate.master_profile_id,
            candidate.attribute,
            candidate.spelling
    ),
    trusted (attribute, sources) AS (
        VALUES
            (NULL::text, NULL::text[]),
            ('select', ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]),
            ('order', ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]),
            ('table', ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]),
            ('user', ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]),
            ('group', ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]),
            ('position', ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]),
            ('values', ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]),
            ('all', ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]),
            ('end', ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]),
            ('new', ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]),
            ('old', ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[])
    ),
    ranked AS (
        SELECT
            candidate.*,
            CASE candidate.rule
                WHEN 'first' THEN extract(epoch FROM candidate.observed_at)
                WHEN 'longest' THEN -length(candidate.spelling)
                WHEN 'most_frequent' THEN -frequency.weight
                WHEN 'source_priority' THEN coalesce(array_position(trusted.sources, candidate.source), 1000000)
                WHEN 'verified_first' THEN CASE WHEN candidate.is_verified THEN 0 ELSE 1 END
                ELSE 0
            END AS rank
        FROM candidate
        LEFT JOIN frequency USING (master_profile_id, attribute, spelling)
        LEFT JOIN trusted USING (attribute)
        WHERE candidate.rule NOT IN ('max', 'min')
    ),
    survivor AS (
        SELECT DISTINCT ON (ranked.master_profile_id, ranked.attribute)
            ranked.master_profile_id,
            ranked.attribute,
            ranked.spelling,
            ranked.raw_profile_id
        FROM ranked
        ORDER BY
            ranked.master_profile_id,
            ranked.attribute,
            ranked.rank,
            ranked.observed_at DESC,
            ranked.position,
            ranked.spelling COLLATE "C",
            ranked.raw_profile_id
    ),
    extreme (master_profile_id, attribute, spelling, raw_profile_id) AS (
        SELECT
            NULL::uuid,
            NULL::text,
            NULL::text,
            NULL::bigint
        WHERE false
    ),

    -- Lists are unions; objects are merged, the latest value of each key.
    compound AS MATERIALIZED (
        SELECT sent.*
        FROM sent
        WHERE sent.data_type IN ('text[]', 'jsonb')
    ),
    listed AS (
        SELECT
            element.master_profile_id,
            element.attribute,
            jsonb_agg(DISTINCT element.spelling COLLATE "C" ORDER BY element.spelling COLLATE "C") AS value
        FROM (
            SELECT
                compound.master_profile_id,
                compound.attribute,
                c360.present_text(item.value) AS spelling
            FROM compound
            CROSS JOIN LATERAL jsonb_array_elements_text(
                CASE jsonb_typeof(compound.value)
                    WHEN 'array' THEN compound.value
                    WHEN 'object' THEN NULL
                    ELSE jsonb_build_array(compound.value)
                END
            ) AS item (value)
            WHERE compound.data_type = 'text[]'
        ) AS element
        WHERE length(element.spelling) <= 500
        GROUP BY
            element.master_profile_id,
            element.attribute
    ),
    merged AS (
        SELECT
            compound.master_profile_id,
            compound.attribute,
            jsonb_object_agg(item.name, item.value ORDER BY compound.observed_at, item.value::text COLLATE "C" DESC) AS value
        FROM compound
        CROSS JOIN LATERAL jsonb_each(CASE WHEN jsonb_typeof(compound.value) = 'object' THEN compound.value END) AS item (name, value)
        WHERE compound.data_type = 'jsonb'
          AND jsonb_typeof(item.value) <> 'null'
        GROUP BY
            compound.master_profile_id,
            compound.attribute
    ),

    -- Identifiers as attributes.
    shown (attribute, identifier_type, form) AS (
        VALUES
            (NULL::text, NULL::text, NULL::text),
            ('master', 'user', 'text')
    ),
    held AS MATERIALIZED (
        SELECT
            own.master_profile_id,
            split_part(own.identifier_type, ':', 1) AS identifier_type,
            CASE
                WHEN own.identifier_type LIKE '%:%' THEN substr(own.identifier_type, strpos(own.identifier_type, ':') + 1)
                ELSE 'default'
            END AS scope,
            own.value,
            own.last_seen_at
        FROM wanted
        CROSS JOIN LATERAL (
            SELECT identifier.*
            FROM tenant_select_2.cdp_identifiers AS identifier
            WHERE identifier.master_profile_id = wanted.master_profile_id
            OFFSET 0
        ) AS own
    ),
    known AS (
        SELECT
            held.master_profile_id,
            shown.attribute,
            CASE shown.form
                WHEN 'text[]' THEN jsonb_agg(held.value ORDER BY held.value COLLATE "C") FILTER (WHERE shown.form = 'text[]')
                WHEN 'jsonb' THEN jsonb_object_agg(held.scope, held.value ORDER BY held.last_seen_at, held.value COLLATE "C" DESC)
                    FILTER (WHERE shown.form = 'jsonb')
                ELSE to_jsonb(
                    (
                        array_agg(held.value ORDER BY held.last_seen_at DESC, held.value COLLATE "C")
                            FILTER (WHERE shown.form NOT IN ('text[]', 'jsonb'))
                    )[1]
                )
            END AS value
        FROM held
        JOIN shown USING (identifier_type)
        GROUP BY
            held.master_profile_id,
            shown.attribute,
            shown.form
    ),

    -- What a person wrote into the golden record stays.
    edited AS (
        SELECT DISTINCT ON (wanted.master_profile_id, own.attribute)
            wanted.master_profile_id,
            own.attribute,
            own.value
        FROM wanted
        CROSS JOIN LATERAL (
            SELECT override.*
            FROM tenant_select_2.cdp_profile_links AS link
            CROSS JOIN LATERAL (
                SELECT written.*
                FROM tenant_select_2.cdp_attribute_overrides AS written
                WHERE written.raw_profile_id = link.raw_profile_id
                OFFSET 0
            ) AS override
            WHERE link.master_profile_id = wanted.master_profile_id
            OFFSET 0
        ) AS own
        ORDER BY
            wanted.master_profile_id,
            own.attribute,
            own.set_at DESC,
            own.value::text COLLATE "C"
    ),

    -- One document for each golden record; a later layer covers an earlier one.
    entry (master_profile_id, layer, attribute, value, raw_profile_id) AS (
        SELECT wanted.master_profile_id, 0, NULL::text, NULL::jsonb, NULL::bigint FROM wanted
        UNION ALL
        SELECT known.master_profile_id, 1, known.attribute, known.value, NULL FROM known
        UNION ALL
        SELECT survivor.master_profile_id, 2, survivor.attribute, to_jsonb(survivor.spelling), survivor.raw_profile_id FROM survivor
        UNION ALL
        SELECT extreme.master_profile_id, 2, extreme.attribute, to_jsonb(extreme.spelling), extreme.raw_profile_id FROM extreme
        UNION ALL
        SELECT listed.master_profile_id, 2, listed.attribute, listed.value, NULL FROM listed
        UNION ALL
        SELECT merged.master_profile_id, 2, merged.attribute, merged.value, NULL FROM merged
        UNION ALL
        SELECT observed.master_profile_id, 2, 'source_systems', jsonb_agg(DISTINCT observed.source COLLATE "C" ORDER BY observed.source COLLATE "C"), NULL
        FROM observed
        GROUP BY observed.master_profile_id
        UNION ALL
        SELECT fact.master_profile_id, 2, figure.name, figure.value, NULL
        FROM c360._purchase_facts('select_2', p_master_profile_ids) AS fact
        CROSS JOIN LATERAL jsonb_each(to_jsonb(fact)) AS figure (name, value)
        WHERE figure.name = ANY (ARRAY[]::text[])
        UNION ALL
        SELECT edited.master_profile_id, 3, edited.attribute, coalesce(edited.value, 'null'), NULL FROM edited
    ),
    document AS MATERIALIZED (
        SELECT
            entry.master_profile_id,
            coalesce(jsonb_object_agg(entry.attribute, entry.value) FILTER (WHERE entry.layer = 1), '{}')
                || coalesce(jsonb_object_agg(entry.attribute, entry.value) FILTER (WHERE entry.layer = 2), '{}')
                || coalesce(jsonb_object_agg(entry.attribute, entry.value) FILTER (WHERE entry.layer = 3), '{}') AS doc,
            coalesce(jsonb_object_agg(entry.attribute, entry.raw_profile_id) FILTER (WHERE entry.raw_profile_id IS NOT NULL), '{}')
                || coalesce(jsonb_object_agg(entry.attribute, 'edited'::text) FILTER (WHERE entry.layer = 3), '{}') AS attribute_sources
        FROM entry
        GROUP BY entry.master_profile_id
    ),
    typed AS MATERIALIZED (
        SELECT
            document.master_profile_id,
            document.attribute_sources,
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
                WHEN jsonb_typeof(document.doc -> 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx') = 'array' THEN nullif(
                    array_remove(
                        ARRAY(SELECT jsonb_array_elements_text(document.doc -> 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')),
                        NULL
                    ),
                    '{}'
                )
            END AS xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
        FROM document
    ),
    compared AS MATERIALIZED (
        SELECT
            scored.*,
            master.version = 0 AS _is_new,
            master.attribute_sources <> scored.attribute_sources AS _has_other_sources,
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
            FROM typed
            OFFSET 0
        ) AS scored
        CROSS JOIN LATERAL (
            SELECT golden.*
            FROM tenant_select_2.cdp_master_profiles AS golden
            WHERE golden.master_profile_id = scored.master_profile_id
            OFFSET 0
        ) AS master
    ),
    written AS (
        UPDATE tenant_select_2.cdp_master_profiles AS master
        SET version = CASE WHEN compared._is_new OR compared._changed <> '{}' THEN master.version + 1 ELSE master.version END,
            updated_at = CASE WHEN compared._is_new OR compared._changed <> '{}' THEN clock_timestamp() ELSE master.updated_at END,
            attribute_sources = compared.attribute_sources,
            "select" = compared."select",
            "order" = compared."order",
            "table" = compared."table",
            "user" = compared."user",
            "group" = compared."group",
            "position" = compared."position",
            "values" = compared."values",
            "all" = compared."all",
            "end" = compared."end",
            new = compared.new,
            old = compared.old,
            master = compared.master,
            xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx = compared.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
        FROM compared
        WHERE master.master_profile_id = compared.master_profile_id
          AND (compared._is_new OR compared._changed <> '{}' OR compared._has_other_sources)
        RETURNING
            master.master_profile_id,
            compared._changed,
            compared._is_new
    )
    SELECT
        written.master_profile_id,
        written._changed
    FROM written
    WHERE written._is_new
       OR written._changed <> '{}';

    PERFORM set_config('c360.internal_write', v_internal, true);
END;
$$;

COMMENT ON FUNCTION tenant_select_2.rebuild_profiles(uuid[]) IS
    'Recomputes golden records from their observations by the survivorship rules of this tenant; answers what changed.';
