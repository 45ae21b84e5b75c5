-- Computes golden records anew from what their observations say in standard form, by the survivorship rule of each
-- attribute, and writes those that differ, and those of p_renewed (merged, split), as a new version. Answers all of them,
-- with the attributes that changed, whether there is a new version, and the document of the record. A golden record that
-- links name and that is not there yet is made, at p_at, founded on its lowest observation: written once, and not first
-- empty and then anew.
-- Absent is not null: only values that were sent compete. What was seen later wins, then the higher content hash, so that
-- arrival makes no difference and a tie is decided for all attributes alike; for most attributes that is a concatenation
-- of documents. One plan is kept for any number of golden records: it joins nothing but rows looked up by their keys.
-- Safe to repeat: the second time nothing differs. Raises nothing.
CREATE OR REPLACE FUNCTION tenant_full.rebuild_profiles(
    p_master_profile_ids uuid[],
    p_renewed            uuid[] DEFAULT '{}',
    p_at                 timestamptz DEFAULT clock_timestamp()
)
    RETURNS TABLE (master_profile_id uuid, changed text[], version integer, is_news boolean, profile jsonb)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, tenant_full, pg_temp
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
    v_has_activity  boolean := EXISTS (SELECT FROM tenant_full.cdp_activity);
    v_has_purchases boolean := EXISTS (SELECT FROM tenant_full.cdp_purchases);
    v_has_overrides boolean := EXISTS (SELECT FROM tenant_full.cdp_attribute_overrides);
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
            FROM tenant_full.cdp_profile_links AS link
            CROSS JOIN LATERAL (
                SELECT
                    own.source,
                    own.content_hash,
                    own.observed_at
                FROM tenant_full.cdp_raw_profiles AS own
                WHERE own.raw_profile_id = link.raw_profile_id
                OFFSET 0
            ) AS raw
            LEFT JOIN LATERAL (
                SELECT own.attributes
                FROM tenant_full.cdp_standard_profiles AS own
                WHERE own.raw_profile_id = link.raw_profile_id
                OFFSET 0
            ) AS said ON true
            LEFT JOIN LATERAL (
                SELECT
                    max(activity.last_at) AS last_at,
                    sum(activity.event_count) AS event_count
                FROM tenant_full.cdp_activity AS activity
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
            coalesce(c360._merged(observed.attributes ORDER BY observed.seen_at, observed.content_hash), '{}')
                || jsonb_build_object(
                    'source_systems',
                    coalesce(
                        jsonb_agg(DISTINCT observed.source COLLATE "C" ORDER BY observed.source COLLATE "C")
                            FILTER (WHERE observed.source IS NOT NULL),
                        '[]'
                    )
                ) AS doc,
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
        WHERE observed.attributes ?| ARRAY['of_type_text_list', 'of_type_json', 'by_first', 'by_most_frequent', 'by_longest', 'by_source_priority', 'by_verified_first', 'by_max', 'by_min']::text[]
          AND item.attribute = ANY (ARRAY['of_type_text_list', 'of_type_json', 'by_first', 'by_most_frequent', 'by_longest', 'by_source_priority', 'by_verified_first', 'by_max', 'by_min']::text[])
    ),
    ranked AS (
        SELECT
            candidate.*,
            CASE
                WHEN candidate.attribute = ANY (ARRAY['by_first']::text[])
                    THEN extract(epoch FROM candidate.seen_at)
                WHEN candidate.attribute = ANY (ARRAY['by_longest']::text[])
                    THEN -length(candidate.value #>> '{}')
                WHEN candidate.attribute = ANY (ARRAY['by_most_frequent']::text[])
                    THEN -sum(candidate.weight) OVER (PARTITION BY candidate.master_profile_id, candidate.attribute, candidate.value)
                WHEN candidate.attribute = 'by_source_priority'
                    THEN coalesce(array_position(ARRAY['crm', 'web']::text[], candidate.source), 1000000)
                WHEN candidate.attribute = 'by_verified_first'
                    THEN CASE
                        WHEN EXISTS (
                            SELECT
                            FROM tenant_full.cdp_raw_profiles AS raw
                            CROSS JOIN unnest(ARRAY['verified_first_verified', 'verified_firstVerified']::text[]) AS flag (trait)
                            WHERE raw.raw_profile_id = candidate.raw_profile_id
                              AND raw.traits ->> flag.trait IN ('true', '1')
                        )
                            THEN 0
                        ELSE 1
                    END
            END AS rank
        FROM candidate
        WHERE NOT candidate.attribute = ANY (ARRAY['of_type_text_list', 'of_type_json']::text[])
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
            CASE WHEN ranked.attribute = ANY (ARRAY['by_max']::text[]) THEN (c360._number(ranked.value)) END DESC NULLS LAST,
            CASE WHEN ranked.attribute = ANY (ARRAY['by_max']::text[]) THEN ranked.value #>> '{}' END COLLATE "C" DESC,
            CASE WHEN ranked.attribute = ANY (ARRAY['by_min']::text[]) THEN (c360._number(ranked.value)) END,
            CASE WHEN ranked.attribute = ANY (ARRAY['by_min']::text[]) THEN ranked.value #>> '{}' END COLLATE "C",
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
            WHERE candidate.attribute = ANY (ARRAY['of_type_text_list']::text[])
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
        WHERE candidate.attribute = ANY (ARRAY['of_type_json']::text[])
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
            FROM tenant_full.cdp_raw_identifiers AS identifier
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
            held.master_profile_id,
            shown.attribute,
            jsonb_agg(held.value ORDER BY held.value COLLATE "C")
        FROM held
        JOIN (
            VALUES
                ('secondary_emails', 'email'),
                ('national_ids', 'national_id')
        ) AS shown (attribute, kind) ON shown.kind = held.kind
        GROUP BY
            held.master_profile_id,
            shown.attribute
        UNION ALL
        SELECT
            held.master_profile_id,
            shown.attribute,
            jsonb_object_agg(
                CASE
                    WHEN held.identifier_type = held.kind THEN 'default'
                    ELSE substr(held.identifier_type, length(held.kind) + 2)
                END,
                held.value
                ORDER BY
                    held.seen_at,
                    held.value COLLATE "C" DESC
            )
        FROM held
        JOIN (
            VALUES
                ('crm_contact_ids', 'crm_id')
        ) AS shown (attribute, kind) ON shown.kind = held.kind
        GROUP BY
            held.master_profile_id,
            shown.attribute
        UNION ALL
        SELECT
            held.master_profile_id,
            shown.attribute,
            to_jsonb((array_agg(held.value ORDER BY held.seen_at DESC, held.value COLLATE "C"))[1])
        FROM held
        JOIN (
            VALUES
                ('user_id', 'user_id')
        ) AS shown (attribute, kind) ON shown.kind = held.kind
        GROUP BY
            held.master_profile_id,
            shown.attribute
        UNION ALL
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
            FROM tenant_full.cdp_attribute_overrides AS written
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
        SELECT recent.master_profile_id, 2, recent.doc, recent.sources - ARRAY['of_type_text_list', 'of_type_json']::text[], recent.is_renewed, recent.founder
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
        FROM c360._purchase_facts('full', p_master_profile_ids) AS fact
        CROSS JOIN LATERAL jsonb_each(to_jsonb(fact)) AS figure (name, value)
        WHERE v_has_purchases
          AND figure.name = ANY (ARRAY['total_orders']::text[])
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
                WHEN stacked.doc ?| ARRAY['secondary_emails']::text[] THEN stacked.doc - ARRAY['secondary_emails']::text[]
                    || CASE
                        WHEN jsonb_typeof(stacked.doc -> 'secondary_emails') = 'array'
                            AND stacked.doc -> 'secondary_emails'
                                <> jsonb_build_array(stacked.doc -> 'email')
                            THEN jsonb_build_object(
                                'secondary_emails',
                                (stacked.doc -> 'secondary_emails')
                                    - coalesce(stacked.doc ->> 'email', '')
                            )
                        ELSE '{}'
                    END
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
                    scored.of_type_text,
                    scored.of_type_text_list,
                    scored.of_type_integer,
                    scored.of_type_bigint,
                    scored.of_type_numeric,
                    scored.of_type_double,
                    scored.of_type_boolean,
                    scored.of_type_date,
                    scored.of_type_timestamp,
                    scored.of_type_json,
                    scored.by_most_recent,
                    scored.by_first,
                    scored.by_most_frequent,
                    scored.by_longest,
                    scored.by_source_priority,
                    scored.by_verified_first,
                    scored.by_max,
                    scored.by_min,
                    scored.as_name,
                    scored.as_email,
                    scored.as_phone,
                    scored.as_id,
                    scored.as_date,
                    scored.as_gender,
                    scored.as_country,
                    scored.email,
                    scored.secondary_emails,
                    scored.user_id,
                    scored.national_ids,
                    scored.crm_contact_ids,
                    scored.born,
                    scored.source_systems,
                    scored.total_orders
                ) = (SELECT count(*) FROM jsonb_object_keys(scored._doc))
                    THEN scored._doc
                ELSE c360._profile_document(to_jsonb(scored) - '{_doc,_is_renewed,_founder}'::text[])
            END AS _profile,
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
            FROM (
                SELECT
                    document.master_profile_id,
                    document.attribute_sources,
                    document.is_renewed AS _is_renewed,
                    document.founder AS _founder,
                    document.doc AS _doc,
                    document.doc ->> 'of_type_text' AS of_type_text,
                    CASE
                        WHEN jsonb_typeof(document.doc -> 'of_type_text_list') = 'array'
                            THEN ARRAY(SELECT jsonb_array_elements_text(document.doc -> 'of_type_text_list'))
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
                        WHEN jsonb_typeof(document.doc -> 'secondary_emails') = 'array'
                            THEN ARRAY(SELECT jsonb_array_elements_text(document.doc -> 'secondary_emails'))
                    END AS secondary_emails,
                    document.doc ->> 'user_id' AS user_id,
                    CASE
                        WHEN jsonb_typeof(document.doc -> 'national_ids') = 'array'
                            THEN ARRAY(SELECT jsonb_array_elements_text(document.doc -> 'national_ids'))
                    END AS national_ids,
                    nullif(document.doc -> 'crm_contact_ids', 'null') AS crm_contact_ids,
                    CASE
                        WHEN pg_input_is_valid(document.doc ->> 'born', 'date')
                            THEN (document.doc ->> 'born')::date
                    END AS born,
                    CASE
                        WHEN jsonb_typeof(document.doc -> 'source_systems') = 'array'
                            THEN ARRAY(SELECT jsonb_array_elements_text(document.doc -> 'source_systems'))
                    END AS source_systems,
                    CASE
                        WHEN pg_input_is_valid(document.doc ->> 'total_orders', 'integer')
                            THEN (document.doc ->> 'total_orders')::integer
                    END AS total_orders
                FROM document
                OFFSET 0
            ) AS typed
            OFFSET 0
        ) AS scored
        LEFT JOIN LATERAL (
            SELECT
                golden.ctid AS _place,
                golden.*
            FROM tenant_full.cdp_master_profiles AS golden
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
        judged._profile
    FROM judged;

    PERFORM set_config('c360.internal_write', v_internal, true);
END;
$$;

COMMENT ON FUNCTION tenant_full.rebuild_profiles(uuid[], uuid[], timestamptz) IS
    'Recomputes golden records from their observations by the survivorship rules of this tenant; answers what changed.';
