-- Computes golden records from what their observations say in standard form, by the survivorship rule of each attribute,
-- and compares them with what they are. Writes nothing: rebuild_profiles() does. A golden record that links name need not be
-- there yet. _facts has what they bought: {golden record: {attribute: value}}.
-- Absent is not null: only values that were sent compete. What was seen later wins, then the higher content hash, so that
-- arrival makes no difference and a tie is decided for all attributes alike; for most attributes that is a concatenation
-- of documents. Each golden record is worked out by itself, by look-ups: one plan serves any number of them.
-- _may_share gives half of thousands to another process, if PostgreSQL has one to spare: a statement that writes never gets
-- any, a function called by one does. The names of the parameters are such that no attribute can have them.
-- _metrics is what refresh_activity() would answer, where no observation has any activity. Safe to repeat. Raises nothing.
DROP FUNCTION IF EXISTS tenant_select_2.assemble_profiles(uuid[], jsonb, boolean);

CREATE FUNCTION tenant_select_2.assemble_profiles(
    _ids       uuid[],
    _facts     jsonb,
    _may_share boolean
)
    RETURNS TABLE (
        master_profile_id uuid,
        attribute_sources jsonb,
        _founder          bigint,
        _metrics          jsonb,
        "select" text,
        "order" text,
        "table" text,
        "user" text,
        "group" text,
        "position" text,
        "values" text,
        "all" text,
        "end" text,
        new text,
        old text,
        master text,
        xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx text[],
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
    SET search_path = pg_catalog, tenant_select_2, pg_temp
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
    _has_activity  boolean := EXISTS (SELECT FROM tenant_select_2.cdp_activity);
    _has_overrides boolean := EXISTS (SELECT FROM tenant_select_2.cdp_attribute_overrides);
BEGIN
    -- Fewer are done in the time it takes to start a process.
    IF _may_share AND _half >= 1000 THEN
        PERFORM set_config('parallel_setup_cost', '0', true);
        RETURN QUERY
        SELECT part.*
        FROM tenant_select_2.assemble_profiles(_ids[:_half], _facts, false) AS part
        UNION ALL
        SELECT part.*
        FROM tenant_select_2.assemble_profiles(_ids[_half + 1:], _facts, false) AS part;
        RETURN;
    END IF;

    RETURN QUERY
    SELECT
        wanted.master_profile_id,
        stacked.sources,
        own.founder,
        stacked.metrics,
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
        scored.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx,
        master._place,
        coalesce(master.version, 0),
        master.attribute_sources <> stacked.sources,
        shown.profile,
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
            CROSS JOIN LATERAL (
                SELECT CASE WHEN _has_activity THEN (
                    SELECT max(activity.last_at)
                    FROM tenant_select_2.cdp_activity AS activity
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
                FROM tenant_select_2.cdp_raw_identifiers AS sent
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
            CASE WHEN own.doc ?| ARRAY['select', 'order', 'table', 'user', 'group', 'position', 'values', 'all', 'end', 'new', 'old']::text[] THEN (
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
                                WHEN candidate.attribute = ANY (ARRAY[]::text[])
                                    THEN extract(epoch FROM candidate.seen_at)
                                WHEN candidate.attribute = ANY (ARRAY[]::text[])
                                    THEN -length(candidate.value #>> '{}')
                                WHEN candidate.attribute = ANY (ARRAY[]::text[])
                                    THEN -sum(candidate.weight) OVER (PARTITION BY candidate.attribute, candidate.value)
                                WHEN candidate.attribute = 'select'
                                    THEN coalesce(
                                        array_position(
                                            ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[],
                                            (SELECT raw.source FROM tenant_select_2.cdp_raw_profiles AS raw WHERE raw.raw_profile_id = candidate.raw_profile_id)
                                        ),
                                        1000000
                                    )
                                WHEN candidate.attribute = 'order'
                                    THEN coalesce(
                                        array_position(
                                            ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[],
                                            (SELECT raw.source FROM tenant_select_2.cdp_raw_profiles AS raw WHERE raw.raw_profile_id = candidate.raw_profile_id)
                                        ),
                                        1000000
                                    )
                                WHEN candidate.attribute = 'table'
                                    THEN coalesce(
                                        array_position(
                                            ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[],
                                            (SELECT raw.source FROM tenant_select_2.cdp_raw_profiles AS raw WHERE raw.raw_profile_id = candidate.raw_profile_id)
                                        ),
                                        1000000
                                    )
                                WHEN candidate.attribute = 'user'
                                    THEN coalesce(
                                        array_position(
                                            ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[],
                                            (SELECT raw.source FROM tenant_select_2.cdp_raw_profiles AS raw WHERE raw.raw_profile_id = candidate.raw_profile_id)
                                        ),
                                        1000000
                                    )
                                WHEN candidate.attribute = 'group'
                                    THEN coalesce(
                                        array_position(
                                            ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[],
                                            (SELECT raw.source FROM tenant_select_2.cdp_raw_profiles AS raw WHERE raw.raw_profile_id = candidate.raw_profile_id)
                                        ),
                                        1000000
                                    )
                                WHEN candidate.attribute = 'position'
                                    THEN coalesce(
                                        array_position(
                                            ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[],
                                            (SELECT raw.source FROM tenant_select_2.cdp_raw_profiles AS raw WHERE raw.raw_profile_id = candidate.raw_profile_id)
                                        ),
                                        1000000
                                    )
                                WHEN candidate.attribute = 'values'
                                    THEN coalesce(
                                        array_position(
                                            ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[],
                                            (SELECT raw.source FROM tenant_select_2.cdp_raw_profiles AS raw WHERE raw.raw_profile_id = candidate.raw_profile_id)
                                        ),
                                        1000000
                                    )
                                WHEN candidate.attribute = 'all'
                                    THEN coalesce(
                                        array_position(
                                            ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[],
                                            (SELECT raw.source FROM tenant_select_2.cdp_raw_profiles AS raw WHERE raw.raw_profile_id = candidate.raw_profile_id)
                                        ),
                                        1000000
                                    )
                                WHEN candidate.attribute = 'end'
                                    THEN coalesce(
                                        array_position(
                                            ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[],
                                            (SELECT raw.source FROM tenant_select_2.cdp_raw_profiles AS raw WHERE raw.raw_profile_id = candidate.raw_profile_id)
                                        ),
                                        1000000
                                    )
                                WHEN candidate.attribute = 'new'
                                    THEN coalesce(
                                        array_position(
                                            ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[],
                                            (SELECT raw.source FROM tenant_select_2.cdp_raw_profiles AS raw WHERE raw.raw_profile_id = candidate.raw_profile_id)
                                        ),
                                        1000000
                                    )
                                WHEN candidate.attribute = 'old'
                                    THEN coalesce(
                                        array_position(
                                            ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant.slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[],
                                            (SELECT raw.source FROM tenant_select_2.cdp_raw_profiles AS raw WHERE raw.raw_profile_id = candidate.raw_profile_id)
                                        ),
                                        1000000
                                    )
                            END AS rank
                        FROM (
                            SELECT
                                said.raw_profile_id,
                                said.seen_at,
                                said.place,
                                item.attribute,
                                item.value,
                                CASE
                                    WHEN _has_activity AND item.attribute = ANY (ARRAY[]::text[])
                                        THEN coalesce(
                                            (
                                                SELECT sum(activity.event_count)
                                                FROM tenant_select_2.cdp_activity AS activity
                                                WHERE activity.raw_profile_id = said.raw_profile_id
                                            ),
                                            1
                                        )
                                    ELSE 1
                                END AS weight
                            FROM unnest(own.ids, own.times, own.attributes) WITH ORDINALITY AS said (raw_profile_id, seen_at, attributes, place)
                            CROSS JOIN LATERAL jsonb_each(said.attributes) AS item (attribute, value)
                            WHERE item.attribute = ANY (ARRAY['select', 'order', 'table', 'user', 'group', 'position', 'values', 'all', 'end', 'new', 'old']::text[])
                        ) AS candidate
                    ) AS ranked
                    ORDER BY
                        ranked.attribute,
                        ranked.rank,
                        CASE WHEN ranked.attribute = ANY (ARRAY[]::text[]) THEN (c360._number(ranked.value)) END DESC NULLS LAST,
                        CASE WHEN ranked.attribute = ANY (ARRAY[]::text[]) THEN ranked.value #>> '{}' END COLLATE "C" DESC,
                        CASE WHEN ranked.attribute = ANY (ARRAY[]::text[]) THEN (c360._number(ranked.value)) END,
                        CASE WHEN ranked.attribute = ANY (ARRAY[]::text[]) THEN ranked.value #>> '{}' END COLLATE "C",
                        ranked.place DESC
                ) AS survivor
            ) END AS chosen,
            -- Lists are unions.
            CASE WHEN own.doc ?| ARRAY['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx']::text[] THEN (
                SELECT jsonb_object_agg(list.attribute, list.value)
                FROM (
                    SELECT
                        item.attribute,
                        jsonb_agg(DISTINCT element.value COLLATE "C" ORDER BY element.value COLLATE "C") AS value
                    FROM unnest(own.attributes) AS said (attributes)
                    CROSS JOIN LATERAL jsonb_each(said.attributes) AS item (attribute, value)
                    CROSS JOIN LATERAL jsonb_array_elements_text(item.value) AS element (value)
                    WHERE item.attribute = ANY (ARRAY['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx']::text[])
                    GROUP BY item.attribute
                ) AS list
            ) END AS lists,
            -- Objects are merged, the latest value of each key.
            CASE WHEN own.doc ?| ARRAY[]::text[] THEN (
                SELECT jsonb_object_agg(object.attribute, object.value)
                FROM (
                    SELECT
                        item.attribute,
                        c360._merged(item.value ORDER BY said.place) AS value
                    FROM unnest(own.attributes) WITH ORDINALITY AS said (attributes, place)
                    CROSS JOIN LATERAL jsonb_each(said.attributes) AS item (attribute, value)
                    WHERE item.attribute = ANY (ARRAY[]::text[])
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
                        FROM tenant_select_2.cdp_attribute_overrides AS written
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
                    WHERE NOT said.attribute = ANY (ARRAY['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx']::text[])
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
            ) - ARRAY['first_seen_at', 'last_seen_at', 'last_known_channel', 'last_seen_touchpoint_url', 'event_summary', 'total_sessions']::text[] END AS metrics
        OFFSET 0
    ) AS stacked

    -- A list of identifiers leaves out the one that is shown as the main one.
    CROSS JOIN LATERAL (
        SELECT
            CASE
                WHEN stacked.doc ?| ARRAY[]::text[] THEN stacked.doc - ARRAY[]::text[]
                ELSE stacked.doc
            END AS doc
        OFFSET 0
    ) AS document

    CROSS JOIN LATERAL (
        SELECT
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
        FROM tenant_select_2.cdp_master_profiles AS golden
        WHERE golden.master_profile_id = wanted.master_profile_id
        OFFSET 0
    ) AS master ON true
    WHERE master._place IS NOT NULL
       OR own.founder IS NOT NULL;
END;
$$;

COMMENT ON FUNCTION tenant_select_2.assemble_profiles(uuid[], jsonb, boolean) IS
    'Golden records as the survivorship rules of this tenant make them of their observations, and how they differ from what is there.';
