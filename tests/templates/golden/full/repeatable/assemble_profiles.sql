-- Computes golden records from what their observations say in standard form, by the survivorship rule of each attribute,
-- and compares them with what they are. Writes nothing: rebuild_profiles() does. A golden record that links name need not be
-- there yet. _facts has what they bought: {golden record: {attribute: value}}.
-- Absent is not null: only values that were sent compete. What was seen later wins, then the higher content hash, so that
-- arrival makes no difference and a tie is decided for all attributes alike; for most attributes that is a concatenation
-- of documents. Each golden record is worked out by itself, by look-ups: one plan serves any number of them.
-- _may_share gives half of thousands to another process, if PostgreSQL has one to spare: a statement that writes never gets
-- any, a function called by one does. The names of the parameters are such that no attribute can have them.
-- _metrics is what refresh_activity() would answer, where no observation has any activity. Safe to repeat. Raises nothing.
DROP FUNCTION IF EXISTS tenant_full.assemble_profiles(uuid[], jsonb, boolean);

CREATE FUNCTION tenant_full.assemble_profiles(
    _ids       uuid[],
    _facts     jsonb,
    _may_share boolean
)
    RETURNS TABLE (
        master_profile_id uuid,
        attribute_sources jsonb,
        _founder          bigint,
        _metrics          jsonb,
        of_type_text text,
        of_type_text_list text[],
        of_type_integer integer,
        of_type_bigint bigint,
        of_type_numeric numeric,
        of_type_double double precision,
        of_type_boolean boolean,
        of_type_date date,
        of_type_timestamp timestamptz,
        of_type_json jsonb,
        by_most_recent text,
        by_first text,
        by_most_frequent text,
        by_longest text,
        by_source_priority text,
        by_verified_first text,
        by_max text,
        by_min text,
        as_name text,
        as_email text,
        as_phone text,
        as_id text,
        as_date date,
        as_gender text,
        as_country text,
        email text,
        secondary_emails text[],
        user_id text,
        national_ids text[],
        crm_contact_ids jsonb,
        born date,
        source_systems text[],
        total_orders integer,
        _place             tid,
        _version           integer,
        _has_other_sources boolean,
        _profile           jsonb,
        _changed           text[]
    )
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    COST 1000000
    SET search_path = pg_catalog, tenant_full, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET parallel_setup_cost = 1e9
    SET parallel_tuple_cost = 0
    SET enable_hashjoin = off
    SET enable_mergejoin = off
    SET enable_seqscan = off
    SET enable_memoize = off
    SET enable_bitmapscan = off
    SET jit = off
    SET work_mem = '16MB'
    SET datestyle = 'ISO, YMD'
    SET timezone = 'UTC'
AS $$
#variable_conflict use_column
DECLARE
    _half          integer := cardinality(_ids) / 2;
    _has_activity  boolean := EXISTS (SELECT FROM tenant_full.cdp_activity);
    _has_overrides boolean := EXISTS (SELECT FROM tenant_full.cdp_attribute_overrides);
BEGIN
    -- Fewer are done in the time it takes to start a process.
    IF _may_share AND _half >= 1000 THEN
        PERFORM set_config('parallel_setup_cost', '0', true);
        RETURN QUERY
        SELECT part.*
        FROM tenant_full.assemble_profiles(_ids[:_half], _facts, false) AS part
        UNION ALL
        SELECT part.*
        FROM tenant_full.assemble_profiles(_ids[_half + 1:], _facts, false) AS part;
        RETURN;
    END IF;

    RETURN QUERY
    SELECT
        wanted.master_profile_id,
        stacked.sources,
        own.founder,
        stacked.metrics,
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
        scored.total_orders,
        master._place,
        coalesce(master.version, 0),
        master.attribute_sources <> stacked.sources,
        shown.profile,
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
        ], NULL)
    FROM unnest(_ids) AS wanted (master_profile_id)

    -- Every observation of this person, once, in the order in which they count: what was said last, and by whom.
    CROSS JOIN LATERAL (
        SELECT
            count(*)::integer AS count,
            min(observed.raw_profile_id) AS founder,
            c360._merged(observed.attributes ORDER BY observed.seen_at, observed.content_hash) AS doc,
            array_agg(observed.raw_profile_id ORDER BY observed.seen_at, observed.content_hash) AS ids,
            array_agg(observed.attributes ORDER BY observed.seen_at, observed.content_hash) AS attributes,
            array_agg(observed.seen_at ORDER BY observed.seen_at, observed.content_hash) AS times,
            jsonb_agg(DISTINCT observed.source COLLATE "C" ORDER BY observed.source COLLATE "C") AS sources,
            (array_agg(observed.source ORDER BY observed.seen_at DESC, observed.source COLLATE "C"))[1] AS last_source,
            bool_or(observed.has_activity) AS has_activity
        FROM (
            SELECT
                link.raw_profile_id,
                raw.source,
                raw.content_hash,
                said.attributes,
                coalesce(seen.last_at, raw.observed_at) AS seen_at,
                seen.last_at IS NOT NULL AS has_activity
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
            CROSS JOIN LATERAL (
                SELECT CASE WHEN _has_activity THEN (
                    SELECT max(activity.last_at)
                    FROM tenant_full.cdp_activity AS activity
                    WHERE activity.raw_profile_id = link.raw_profile_id
                ) END AS last_at
                OFFSET 0
            ) AS seen
            WHERE link.master_profile_id = wanted.master_profile_id
        ) AS observed
        OFFSET 0
    ) AS own

    -- Identifiers as attributes: the latest one, all of them, or the latest of each scope.
    CROSS JOIN LATERAL (
        SELECT
            jsonb_strip_nulls(
                JSON_OBJECT(
                    'source_systems' VALUE coalesce(own.sources, '[]'),
                    
                    'secondary_emails' VALUE
                    jsonb_agg(DISTINCT held.value ORDER BY held.value) FILTER (WHERE held.kind = 'email'),
                    'national_ids' VALUE
                    jsonb_agg(DISTINCT held.value ORDER BY held.value) FILTER (WHERE held.kind = 'national_id'),
                    'crm_contact_ids' VALUE
                    jsonb_object_agg(
                        CASE
                            WHEN held.identifier_type = held.kind THEN 'default'
                            ELSE substr(held.identifier_type, length(held.kind) + 2)
                        END,
                        held.value
                        ORDER BY
                            held.seen_at,
                            held.value DESC
                    ) FILTER (WHERE held.kind = 'crm_id'),
                    'user_id' VALUE
                    (array_agg(held.value ORDER BY held.seen_at DESC, held.value) FILTER (WHERE held.kind = 'user_id'))[1]
                    RETURNING jsonb
                )
            ) AS doc
        FROM (
            SELECT
                identifier.identifier_type,
                split_part(identifier.identifier_type, ':', 1) AS kind,
                identifier.value COLLATE "C" AS value,
                said.seen_at
            FROM unnest(own.ids, own.times) AS said (raw_profile_id, seen_at)
            CROSS JOIN LATERAL (
                SELECT
                    sent.identifier_type,
                    sent.value
                FROM tenant_full.cdp_raw_identifiers AS sent
                WHERE sent.raw_profile_id = said.raw_profile_id
                OFFSET 0
            ) AS identifier
        ) AS held
        OFFSET 0
    ) AS known

    -- What is not decided by the latest value, where it was sent at all.
    CROSS JOIN LATERAL (
        SELECT
            -- The value and the observation that survive by any other rule: {attribute: [value, observation]}.
            CASE WHEN own.doc ?| ARRAY['by_first', 'by_most_frequent', 'by_longest', 'by_source_priority', 'by_verified_first', 'by_max', 'by_min']::text[] THEN (
                SELECT jsonb_object_agg(survivor.attribute, jsonb_build_array(survivor.value, survivor.raw_profile_id))
                FROM (
                    SELECT DISTINCT ON (ranked.attribute)
                        ranked.attribute,
                        ranked.value,
                        ranked.raw_profile_id
                    FROM (
                        SELECT
                            candidate.*,
                            CASE
                                WHEN candidate.attribute = ANY (ARRAY['by_first']::text[])
                                    THEN extract(epoch FROM candidate.seen_at)
                                WHEN candidate.attribute = ANY (ARRAY['by_longest']::text[])
                                    THEN -length(candidate.value #>> '{}')
                                WHEN candidate.attribute = ANY (ARRAY['by_most_frequent']::text[])
                                    THEN -sum(candidate.weight) OVER (PARTITION BY candidate.attribute, candidate.value)
                                WHEN candidate.attribute = 'by_source_priority'
                                    THEN coalesce(
                                        array_position(
                                            ARRAY['crm', 'web']::text[],
                                            (SELECT raw.source FROM tenant_full.cdp_raw_profiles AS raw WHERE raw.raw_profile_id = candidate.raw_profile_id)
                                        ),
                                        1000000
                                    )
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
                        FROM (
                            SELECT
                                said.raw_profile_id,
                                said.seen_at,
                                said.place,
                                item.attribute,
                                item.value,
                                CASE
                                    WHEN _has_activity AND item.attribute = ANY (ARRAY['by_most_frequent']::text[])
                                        THEN coalesce(
                                            (
                                                SELECT sum(activity.event_count)
                                                FROM tenant_full.cdp_activity AS activity
                                                WHERE activity.raw_profile_id = said.raw_profile_id
                                            ),
                                            1
                                        )
                                    ELSE 1
                                END AS weight
                            FROM unnest(own.ids, own.times, own.attributes) WITH ORDINALITY AS said (raw_profile_id, seen_at, attributes, place)
                            CROSS JOIN LATERAL jsonb_each(said.attributes) AS item (attribute, value)
                            WHERE item.attribute = ANY (ARRAY['by_first', 'by_most_frequent', 'by_longest', 'by_source_priority', 'by_verified_first', 'by_max', 'by_min']::text[])
                        ) AS candidate
                    ) AS ranked
                    ORDER BY
                        ranked.attribute,
                        ranked.rank,
                        CASE WHEN ranked.attribute = ANY (ARRAY['by_max']::text[]) THEN (c360._number(ranked.value)) END DESC NULLS LAST,
                        CASE WHEN ranked.attribute = ANY (ARRAY['by_max']::text[]) THEN ranked.value #>> '{}' END COLLATE "C" DESC,
                        CASE WHEN ranked.attribute = ANY (ARRAY['by_min']::text[]) THEN (c360._number(ranked.value)) END,
                        CASE WHEN ranked.attribute = ANY (ARRAY['by_min']::text[]) THEN ranked.value #>> '{}' END COLLATE "C",
                        ranked.place DESC
                ) AS survivor
            ) END AS chosen,
            -- Lists are unions.
            CASE WHEN own.doc ?| ARRAY['of_type_text_list']::text[] THEN (
                SELECT jsonb_object_agg(list.attribute, list.value)
                FROM (
                    SELECT
                        item.attribute,
                        jsonb_agg(DISTINCT element.value COLLATE "C" ORDER BY element.value COLLATE "C") AS value
                    FROM unnest(own.attributes) AS said (attributes)
                    CROSS JOIN LATERAL jsonb_each(said.attributes) AS item (attribute, value)
                    CROSS JOIN LATERAL jsonb_array_elements_text(item.value) AS element (value)
                    WHERE item.attribute = ANY (ARRAY['of_type_text_list']::text[])
                    GROUP BY item.attribute
                ) AS list
            ) END AS lists,
            -- Objects are merged, the latest value of each key.
            CASE WHEN own.doc ?| ARRAY['of_type_json']::text[] THEN (
                SELECT jsonb_object_agg(object.attribute, object.value)
                FROM (
                    SELECT
                        item.attribute,
                        c360._merged(item.value ORDER BY said.place) AS value
                    FROM unnest(own.attributes) WITH ORDINALITY AS said (attributes, place)
                    CROSS JOIN LATERAL jsonb_each(said.attributes) AS item (attribute, value)
                    WHERE item.attribute = ANY (ARRAY['of_type_json']::text[])
                    GROUP BY item.attribute
                ) AS object
            ) END AS objects,
            -- What a person wrote into the golden record stays.
            CASE WHEN _has_overrides THEN (
                SELECT jsonb_object_agg(edited.attribute, edited.value)
                FROM (
                    SELECT DISTINCT ON (override.attribute)
                        override.attribute,
                        coalesce(override.value, 'null') AS value
                    FROM unnest(own.ids) AS said (raw_profile_id)
                    CROSS JOIN LATERAL (
                        SELECT written.*
                        FROM tenant_full.cdp_attribute_overrides AS written
                        WHERE written.raw_profile_id = said.raw_profile_id
                        OFFSET 0
                    ) AS override
                    ORDER BY
                        override.attribute,
                        override.set_at DESC,
                        override.value::text COLLATE "C"
                ) AS edited
            ) END AS edits
        OFFSET 0
    ) AS other

    -- One document: later layers cover earlier ones.
    CROSS JOIN LATERAL (
        SELECT
            coalesce(_facts -> wanted.master_profile_id::text, '{}')
                || known.doc
                || coalesce(own.doc, '{}')
                || CASE WHEN other.chosen IS NULL THEN '{}' ELSE (
                    SELECT jsonb_object_agg(survivor.attribute, survivor.choice -> 0)
                    FROM jsonb_each(other.chosen) AS survivor (attribute, choice)
                ) END
                || coalesce(other.lists, '{}')
                || coalesce(other.objects, '{}')
                || coalesce(other.edits, '{}') AS doc,
            -- Mostly the latest observation says everything that is known.
            coalesce(
                (
                    SELECT jsonb_object_agg(
                        said.attribute,
                        CASE
                            WHEN own.attributes[own.count] ? said.attribute THEN own.ids[own.count]
                            ELSE own.ids[(
                                SELECT max(earlier.place)
                                FROM unnest(own.attributes) WITH ORDINALITY AS earlier (attributes, place)
                                WHERE earlier.attributes ? said.attribute
                            )]
                        END
                    )
                    FROM (
                        SELECT jsonb_object_keys(own.doc) AS attribute
                    ) AS said
                    WHERE NOT said.attribute = ANY (ARRAY['of_type_text_list', 'of_type_json']::text[])
                ),
                '{}'
            )
                || CASE WHEN other.chosen IS NULL THEN '{}' ELSE (
                    SELECT jsonb_object_agg(survivor.attribute, survivor.choice -> 1)
                    FROM jsonb_each(other.chosen) AS survivor (attribute, choice)
                ) END
                || CASE WHEN other.edits IS NULL THEN '{}' ELSE (
                    SELECT jsonb_object_agg(edited.attribute, 'edited'::text)
                    FROM jsonb_object_keys(other.edits) AS edited (attribute)
                ) END AS sources,
            CASE WHEN NOT own.has_activity THEN jsonb_build_object(
                'first_seen_at', own.times[1],
                'last_seen_at', own.times[own.count],
                'last_known_channel', own.last_source
            ) - ARRAY['first_seen_at', 'last_known_channel', 'last_seen_touchpoint_url', 'event_summary', 'total_sessions']::text[] END AS metrics
        OFFSET 0
    ) AS stacked

    -- A list of identifiers leaves out the one that is shown as the main one.
    CROSS JOIN LATERAL (
        SELECT
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
        OFFSET 0
    ) AS document

    CROSS JOIN LATERAL (
        SELECT
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
        OFFSET 0
    ) AS typed
    CROSS JOIN LATERAL (
        SELECT
            typed.*
        OFFSET 0
    ) AS scored
    CROSS JOIN LATERAL (
        SELECT
            -- What columns could not hold, and what a person emptied, is in the document and must not be.
            CASE
                WHEN 0
                + num_nonnulls(
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
                )
                = (SELECT count(*) FROM jsonb_object_keys(scored._doc))
                    THEN scored._doc
                ELSE c360._profile_document(to_jsonb(scored.*) - '_doc'::text)
            END AS profile
        OFFSET 0
    ) AS shown
    LEFT JOIN LATERAL (
        SELECT
            golden.ctid AS _place,
            golden.*
        FROM tenant_full.cdp_master_profiles AS golden
        WHERE golden.master_profile_id = wanted.master_profile_id
        OFFSET 0
    ) AS master ON true
    WHERE master._place IS NOT NULL
       OR own.founder IS NOT NULL;
END;
$$;

COMMENT ON FUNCTION tenant_full.assemble_profiles(uuid[], jsonb, boolean) IS
    'Golden records as the survivorship rules of this tenant make them of their observations, and how they differ from what is there.';
