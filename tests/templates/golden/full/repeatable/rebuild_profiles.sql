-- Computes golden records anew from their linked observations, by the survivorship rule of each attribute, and writes
-- those that differ. Answers them with the attributes that changed; a record of version 0 is new and becomes version 1.
-- Absent is not null: only values that were sent compete. A value that its column cannot hold is passed over.
-- Where a rule leaves a tie, the later observation wins, then the lower text, so that arrival makes no difference.
-- Safe to repeat: the second time nothing differs. Raises nothing.
CREATE OR REPLACE FUNCTION tenant_full.rebuild_profiles(p_master_profile_ids uuid[])
    RETURNS TABLE (master_profile_id uuid, changed text[])
    LANGUAGE plpgsql
    SET search_path = pg_catalog, tenant_full, pg_temp
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
            FROM tenant_full.cdp_profile_links AS link
            CROSS JOIN LATERAL (
                SELECT own.*
                FROM tenant_full.cdp_raw_profiles AS own
                WHERE own.raw_profile_id = link.raw_profile_id
                OFFSET 0
            ) AS raw
            CROSS JOIN LATERAL (
                SELECT
                    max(activity.last_at) AS last_at,
                    sum(activity.event_count) AS event_count
                FROM tenant_full.cdp_activity AS activity
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
            ('of_type_text', 1, 'ofTypeText', ARRAY[]::text[], 'text', 'text', 'most_recent', true),
            ('of_type_text', 2, 'nested', ARRAY['text']::text[], 'text', 'text', 'most_recent', true),
            ('of_type_text_list', 1, 'ofTypeText_List', ARRAY[]::text[], 'text[]', 'text', 'union', true),
            ('of_type_text_list', 2, 'nested', ARRAY['text_list']::text[], 'text[]', 'text', 'union', true),
            ('of_type_integer', 1, 'ofTypeInteger', ARRAY[]::text[], 'integer', 'none', 'most_recent', true),
            ('of_type_integer', 2, 'nested', ARRAY['integer']::text[], 'integer', 'none', 'most_recent', true),
            ('of_type_bigint', 1, 'ofTypeBigint', ARRAY[]::text[], 'bigint', 'none', 'most_recent', true),
            ('of_type_bigint', 2, 'nested', ARRAY['bigint']::text[], 'bigint', 'none', 'most_recent', true),
            ('of_type_numeric', 1, 'ofTypeNumeric', ARRAY[]::text[], 'numeric', 'none', 'most_recent', true),
            ('of_type_numeric', 2, 'nested', ARRAY['numeric']::text[], 'numeric', 'none', 'most_recent', true),
            ('of_type_double', 1, 'ofTypeDouble', ARRAY[]::text[], 'double precision', 'none', 'most_recent', true),
            ('of_type_double', 2, 'nested', ARRAY['double']::text[], 'double precision', 'none', 'most_recent', true),
            ('of_type_boolean', 1, 'ofTypeBoolean', ARRAY[]::text[], 'boolean', 'none', 'most_recent', true),
            ('of_type_boolean', 2, 'nested', ARRAY['boolean']::text[], 'boolean', 'none', 'most_recent', true),
            ('of_type_date', 1, 'ofTypeDate', ARRAY[]::text[], 'date', 'none', 'most_recent', true),
            ('of_type_date', 2, 'nested', ARRAY['date']::text[], 'date', 'none', 'most_recent', true),
            ('of_type_timestamp', 1, 'ofTypeTimestamp', ARRAY[]::text[], 'timestamptz', 'none', 'most_recent', true),
            ('of_type_timestamp', 2, 'nested', ARRAY['timestamp']::text[], 'timestamptz', 'none', 'most_recent', true),
            ('of_type_json', 1, 'ofTypeJson', ARRAY[]::text[], 'jsonb', 'none', 'union', true),
            ('of_type_json', 2, 'nested', ARRAY['json']::text[], 'jsonb', 'none', 'union', true),
            ('by_most_recent', 1, 'most_recent', ARRAY[]::text[], 'text', 'text', 'most_recent', false),
            ('by_first', 1, 'first', ARRAY[]::text[], 'text', 'text', 'first', false),
            ('by_most_frequent', 1, 'most_frequent', ARRAY[]::text[], 'text', 'text', 'most_frequent', false),
            ('by_longest', 1, 'longest', ARRAY[]::text[], 'text', 'text', 'longest', false),
            ('by_source_priority', 1, 'source_priority', ARRAY[]::text[], 'text', 'text', 'source_priority', false),
            ('by_verified_first', 1, 'verified_first', ARRAY[]::text[], 'text', 'text', 'verified_first', false),
            ('by_max', 1, 'max', ARRAY[]::text[], 'text', 'text', 'max', false),
            ('by_min', 1, 'min', ARRAY[]::text[], 'text', 'text', 'min', false),
            ('as_name', 1, 'name', ARRAY[]::text[], 'text', 'name', 'most_recent', false),
            ('as_email', 1, 'email', ARRAY[]::text[], 'text', 'email', 'most_recent', false),
            ('as_phone', 1, 'phone', ARRAY[]::text[], 'text', 'phone', 'most_recent', false),
            ('as_id', 1, 'id', ARRAY[]::text[], 'text', 'id', 'most_recent', false),
            ('as_date', 1, 'date', ARRAY[]::text[], 'date', 'date', 'most_recent', false),
            ('as_gender', 1, 'gender', ARRAY[]::text[], 'text', 'gender', 'most_recent', false),
            ('as_country', 1, 'country', ARRAY[]::text[], 'text', 'country', 'most_recent', false),
            ('email', 1, 'email', ARRAY[]::text[], 'text', 'email', 'most_recent', false),
            ('email', 2, 'contact', ARRAY['email']::text[], 'text', 'email', 'most_recent', false),
            ('born', 1, 'born', ARRAY[]::text[], 'date', 'date', 'most_recent', false)
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
                WHEN sent.normaliser = 'phone' THEN c360.normalise_phone(sent.value #>> '{}', 'VN')
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
            ('by_source_priority', ARRAY['crm', 'web']::text[])
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
        (
            SELECT DISTINCT ON (candidate.master_profile_id)
                candidate.master_profile_id,
                candidate.attribute,
                candidate.spelling,
                candidate.raw_profile_id
            FROM candidate
            WHERE candidate.attribute = 'by_max'
            ORDER BY
                candidate.master_profile_id,
                CASE WHEN candidate.attribute = 'by_max' THEN candidate.spelling::text END DESC,
                candidate.observed_at DESC,
                candidate.spelling COLLATE "C",
                candidate.raw_profile_id
        )
        UNION ALL
        (
            SELECT DISTINCT ON (candidate.master_profile_id)
                candidate.master_profile_id,
                candidate.attribute,
                candidate.spelling,
                candidate.raw_profile_id
            FROM candidate
            WHERE candidate.attribute = 'by_min'
            ORDER BY
                candidate.master_profile_id,
                CASE WHEN candidate.attribute = 'by_min' THEN candidate.spelling::text END,
                candidate.observed_at DESC,
                candidate.spelling COLLATE "C",
                candidate.raw_profile_id
        )
        UNION ALL
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
            ('email', 'email', 'text'),
            ('secondary_emails', 'email', 'text[]'),
            ('user_id', 'user_id', 'text'),
            ('national_ids', 'national_id', 'text[]'),
            ('crm_contact_ids', 'crm_id', 'jsonb')
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
            FROM tenant_full.cdp_identifiers AS identifier
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
            FROM tenant_full.cdp_profile_links AS link
            CROSS JOIN LATERAL (
                SELECT written.*
                FROM tenant_full.cdp_attribute_overrides AS written
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
        FROM c360._purchase_facts('full', p_master_profile_ids) AS fact
        CROSS JOIN LATERAL jsonb_each(to_jsonb(fact)) AS figure (name, value)
        WHERE figure.name = ANY (ARRAY['total_orders']::text[])
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
            document.doc ->> 'of_type_text' AS of_type_text,
            CASE
                WHEN jsonb_typeof(document.doc -> 'of_type_text_list') = 'array' THEN nullif(
                    array_remove(
                        ARRAY(SELECT jsonb_array_elements_text(document.doc -> 'of_type_text_list')),
                        NULL
                    ),
                    '{}'
                )
            END AS of_type_text_list,
            CASE
                WHEN pg_input_is_valid(document.doc ->> 'of_type_integer', 'integer')
                    THEN (document.doc ->> 'of_type_integer')::integer
            END AS of_type_integer,
            CASE
                WHEN pg_input_is_valid(document.doc ->> 'of_type_bigint', 'bigint')
                    THEN (document.doc ->> 'of_type_bigint')::bigint
            END AS of_type_bigint,
            CASE
                WHEN pg_input_is_valid(document.doc ->> 'of_type_numeric', 'numeric')
                    THEN (document.doc ->> 'of_type_numeric')::numeric
            END AS of_type_numeric,
            CASE
                WHEN pg_input_is_valid(document.doc ->> 'of_type_double', 'double precision')
                    THEN (document.doc ->> 'of_type_double')::double precision
            END AS of_type_double,
            CASE
                WHEN pg_input_is_valid(document.doc ->> 'of_type_boolean', 'boolean')
                    THEN (document.doc ->> 'of_type_boolean')::boolean
            END AS of_type_boolean,
            CASE
                WHEN pg_input_is_valid(document.doc ->> 'of_type_date', 'date')
                    THEN (document.doc ->> 'of_type_date')::date
            END AS of_type_date,
            CASE
                WHEN pg_input_is_valid(document.doc ->> 'of_type_timestamp', 'timestamptz')
                    THEN (document.doc ->> 'of_type_timestamp')::timestamptz
            END AS of_type_timestamp,
            nullif(document.doc -> 'of_type_json', 'null') AS of_type_json,
            document.doc ->> 'by_most_recent' AS by_most_recent,
            document.doc ->> 'by_first' AS by_first,
            document.doc ->> 'by_most_frequent' AS by_most_frequent,
            document.doc ->> 'by_longest' AS by_longest,
            document.doc ->> 'by_source_priority' AS by_source_priority,
            document.doc ->> 'by_verified_first' AS by_verified_first,
            document.doc ->> 'by_max' AS by_max,
            document.doc ->> 'by_min' AS by_min,
            document.doc ->> 'as_name' AS as_name,
            document.doc ->> 'as_email' AS as_email,
            document.doc ->> 'as_phone' AS as_phone,
            document.doc ->> 'as_id' AS as_id,
            CASE
                WHEN pg_input_is_valid(document.doc ->> 'as_date', 'date')
                    THEN (document.doc ->> 'as_date')::date
            END AS as_date,
            document.doc ->> 'as_gender' AS as_gender,
            document.doc ->> 'as_country' AS as_country,
            document.doc ->> 'email' AS email,
            CASE
                WHEN jsonb_typeof(document.doc -> 'secondary_emails') = 'array' THEN nullif(
                    array_remove(
                        ARRAY(SELECT jsonb_array_elements_text(document.doc -> 'secondary_emails')),
                        document.doc ->> 'email'
                    ),
                    '{}'
                )
            END AS secondary_emails,
            document.doc ->> 'user_id' AS user_id,
            CASE
                WHEN jsonb_typeof(document.doc -> 'national_ids') = 'array' THEN nullif(
                    array_remove(
                        ARRAY(SELECT jsonb_array_elements_text(document.doc -> 'national_ids')),
                        NULL
                    ),
                    '{}'
                )
            END AS national_ids,
            nullif(document.doc -> 'crm_contact_ids', 'null') AS crm_contact_ids,
            CASE
                WHEN pg_input_is_valid(document.doc ->> 'born', 'date')
                    THEN (document.doc ->> 'born')::date
            END AS born,
            CASE
                WHEN jsonb_typeof(document.doc -> 'source_systems') = 'array' THEN nullif(
                    array_remove(
                        ARRAY(SELECT jsonb_array_elements_text(document.doc -> 'source_systems')),
                        NULL
                    ),
                    '{}'
                )
            END AS source_systems,
            CASE
                WHEN pg_input_is_valid(document.doc ->> 'total_orders', 'integer')
                    THEN (document.doc ->> 'total_orders')::integer
            END AS total_orders
        FROM document
    ),
    compared AS MATERIALIZED (
        SELECT
            scored.*,
            master.version = 0 AS _is_new,
            master.attribute_sources <> scored.attribute_sources AS _has_other_sources,
            array_remove(ARRAY[
                NULL::text,
                CASE WHEN master.of_type_text IS DISTINCT FROM scored.of_type_text THEN 'of_type_text' END,
                CASE WHEN master.of_type_text_list IS DISTINCT FROM scored.of_type_text_list THEN 'of_type_text_list' END,
                CASE WHEN master.of_type_integer IS DISTINCT FROM scored.of_type_integer THEN 'of_type_integer' END,
                CASE WHEN master.of_type_bigint IS DISTINCT FROM scored.of_type_bigint THEN 'of_type_bigint' END,
                CASE WHEN master.of_type_numeric IS DISTINCT FROM scored.of_type_numeric THEN 'of_type_numeric' END,
                CASE WHEN master.of_type_double IS DISTINCT FROM scored.of_type_double THEN 'of_type_double' END,
                CASE WHEN master.of_type_boolean IS DISTINCT FROM scored.of_type_boolean THEN 'of_type_boolean' END,
                CASE WHEN master.of_type_date IS DISTINCT FROM scored.of_type_date THEN 'of_type_date' END,
                CASE WHEN master.of_type_timestamp IS DISTINCT FROM scored.of_type_timestamp THEN 'of_type_timestamp' END,
                CASE WHEN master.of_type_json IS DISTINCT FROM scored.of_type_json THEN 'of_type_json' END,
                CASE WHEN master.by_most_recent IS DISTINCT FROM scored.by_most_recent THEN 'by_most_recent' END,
                CASE WHEN master.by_first IS DISTINCT FROM scored.by_first THEN 'by_first' END,
                CASE WHEN master.by_most_frequent IS DISTINCT FROM scored.by_most_frequent THEN 'by_most_frequent' END,
                CASE WHEN master.by_longest IS DISTINCT FROM scored.by_longest THEN 'by_longest' END,
                CASE WHEN master.by_source_priority IS DISTINCT FROM scored.by_source_priority THEN 'by_source_priority' END,
                CASE WHEN master.by_verified_first IS DISTINCT FROM scored.by_verified_first THEN 'by_verified_first' END,
                CASE WHEN master.by_max IS DISTINCT FROM scored.by_max THEN 'by_max' END,
                CASE WHEN master.by_min IS DISTINCT FROM scored.by_min THEN 'by_min' END,
                CASE WHEN master.as_name IS DISTINCT FROM scored.as_name THEN 'as_name' END,
                CASE WHEN master.as_email IS DISTINCT FROM scored.as_email THEN 'as_email' END,
                CASE WHEN master.as_phone IS DISTINCT FROM scored.as_phone THEN 'as_phone' END,
                CASE WHEN master.as_id IS DISTINCT FROM scored.as_id THEN 'as_id' END,
                CASE WHEN master.as_date IS DISTINCT FROM scored.as_date THEN 'as_date' END,
                CASE WHEN master.as_gender IS DISTINCT FROM scored.as_gender THEN 'as_gender' END,
                CASE WHEN master.as_country IS DISTINCT FROM scored.as_country THEN 'as_country' END,
                CASE WHEN master.email IS DISTINCT FROM scored.email THEN 'email' END,
                CASE WHEN master.secondary_emails IS DISTINCT FROM scored.secondary_emails THEN 'secondary_emails' END,
                CASE WHEN master.user_id IS DISTINCT FROM scored.user_id THEN 'user_id' END,
                CASE WHEN master.national_ids IS DISTINCT FROM scored.national_ids THEN 'national_ids' END,
                CASE WHEN master.crm_contact_ids IS DISTINCT FROM scored.crm_contact_ids THEN 'crm_contact_ids' END,
                CASE WHEN master.born IS DISTINCT FROM scored.born THEN 'born' END,
                CASE WHEN master.source_systems IS DISTINCT FROM scored.source_systems THEN 'source_systems' END,
                CASE WHEN master.total_orders IS DISTINCT FROM scored.total_orders THEN 'total_orders' END
            ], NULL) AS _changed
        FROM (
            SELECT
                typed.*
            FROM typed
            OFFSET 0
        ) AS scored
        CROSS JOIN LATERAL (
            SELECT golden.*
            FROM tenant_full.cdp_master_profiles AS golden
            WHERE golden.master_profile_id = scored.master_profile_id
            OFFSET 0
        ) AS master
    ),
    written AS (
        UPDATE tenant_full.cdp_master_profiles AS master
        SET version = CASE WHEN compared._is_new OR compared._changed <> '{}' THEN master.version + 1 ELSE master.version END,
            updated_at = CASE WHEN compared._is_new OR compared._changed <> '{}' THEN clock_timestamp() ELSE master.updated_at END,
            attribute_sources = compared.attribute_sources,
            of_type_text = compared.of_type_text,
            of_type_text_list = compared.of_type_text_list,
            of_type_integer = compared.of_type_integer,
            of_type_bigint = compared.of_type_bigint,
            of_type_numeric = compared.of_type_numeric,
            of_type_double = compared.of_type_double,
            of_type_boolean = compared.of_type_boolean,
            of_type_date = compared.of_type_date,
            of_type_timestamp = compared.of_type_timestamp,
            of_type_json = compared.of_type_json,
            by_most_recent = compared.by_most_recent,
            by_first = compared.by_first,
            by_most_frequent = compared.by_most_frequent,
            by_longest = compared.by_longest,
            by_source_priority = compared.by_source_priority,
            by_verified_first = compared.by_verified_first,
            by_max = compared.by_max,
            by_min = compared.by_min,
            as_name = compared.as_name,
            as_email = compared.as_email,
            as_phone = compared.as_phone,
            as_id = compared.as_id,
            as_date = compared.as_date,
            as_gender = compared.as_gender,
            as_country = compared.as_country,
            email = compared.email,
            secondary_emails = compared.secondary_emails,
            user_id = compared.user_id,
            national_ids = compared.national_ids,
            crm_contact_ids = compared.crm_contact_ids,
            born = compared.born,
            source_systems = compared.source_systems,
            total_orders = compared.total_orders
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

COMMENT ON FUNCTION tenant_full.rebuild_profiles(uuid[]) IS
    'Recomputes golden records from their observations by the survivorship rules of this tenant; answers what changed.';
