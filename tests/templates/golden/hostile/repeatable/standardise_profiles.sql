-- Writes what observations say about a person into cdp_standard_profiles: {attribute: value}, each value normalised and
-- one its column can hold; where an attribute may be sent under several names, the first that gives a value counts, and
-- an e-mail address, phone number and the like may also have been sent as an identifier. Beside it the parts of the name
-- and the day of birth in the form that match rules compare. A value that c360._is_plain() is taken as it is: most are, and
-- a call for each would cost more than the rest. Safe to repeat: what is right stays untouched. Raises nothing.
CREATE OR REPLACE FUNCTION tenant_select_2.standardise_profiles(p_raw_profile_ids bigint[])
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, tenant_select_2, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET jit = off
    SET datestyle = 'ISO, YMD'
    SET timezone = 'UTC'
AS $$
BEGIN
    INSERT INTO tenant_select_2.cdp_standard_profiles AS known (raw_profile_id, attributes, given_name, family_name, birth_date)
    SELECT
        named.raw_profile_id,
        named.attributes,
        coalesce(named.given_name, named.parts[1]),
        coalesce(named.family_name, named.parts[2]),
        named.birth_date
    FROM (
        SELECT
            said.raw_profile_id,
            said.attributes,
            CASE WHEN said.first_name ~ '^[A-Za-z]+$' THEN lower(said.first_name) ELSE c360.normalise_name(said.first_name) END AS given_name,
            CASE WHEN said.last_name ~ '^[A-Za-z]+$' THEN lower(said.last_name) ELSE c360.normalise_name(said.last_name) END AS family_name,
            CASE WHEN said.first_name IS NULL OR said.last_name IS NULL THEN c360._split_name(said.full_name) END AS parts,
            NULL::date AS birth_date
        FROM (
            SELECT
                sent.raw_profile_id,
                sent.attributes,
                sent.attributes ->> 'first_name' AS first_name,
                sent.attributes ->> 'last_name' AS last_name,
                sent.attributes ->> 'full_name' AS full_name
            FROM (
                SELECT
                    raw.raw_profile_id,
                    '{}'::jsonb
                    || CASE
                        WHEN raw.identifiers ? 'user' THEN (
                            SELECT coalesce(jsonb_object_agg('master', lowest.value), '{}')
                            FROM (
                                SELECT min(
                                    c360.normalise_id(c360._scalar(item.value)) COLLATE "C"
                                ) AS value
                                FROM jsonb_array_elements(
                                    CASE jsonb_typeof(raw.identifiers -> 'user')
                                        WHEN 'array' THEN raw.identifiers -> 'user'
                                        ELSE jsonb_build_array(raw.identifiers -> 'user')
                                    END
                                ) AS item (value)
                            ) AS lowest
                            WHERE lowest.value IS NOT NULL
                        )
                        ELSE '{}'
                    END
                    || CASE
                        WHEN raw.traits ?| ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', 'a''']::text[] THEN (
                            SELECT jsonb_strip_nulls(
                                jsonb_object(
                                    ARRAY['select', 'order', 'table', 'user', 'group', 'position', 'values', 'all', 'end', 'new', 'old', 'master']::text[],
                                    ARRAY[
                                        CASE
                                            WHEN x."select" IS NULL THEN NULL
                                            WHEN c360._is_plain(x."select")
                                                AND length(x."select") <= 500
                                                THEN x."select"
                                            ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]))))
                                        END,
                                        CASE
                                            WHEN x."order" IS NULL THEN NULL
                                            WHEN c360._is_plain(x."order")
                                                AND length(x."order") <= 500
                                                THEN x."order"
                                            ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]))))
                                        END,
                                        CASE
                                            WHEN x."table" IS NULL THEN NULL
                                            WHEN c360._is_plain(x."table")
                                                AND length(x."table") <= 500
                                                THEN x."table"
                                            ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]))))
                                        END,
                                        CASE
                                            WHEN x."user" IS NULL THEN NULL
                                            WHEN c360._is_plain(x."user")
                                                AND length(x."user") <= 500
                                                THEN x."user"
                                            ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]))))
                                        END,
                                        CASE
                                            WHEN x."group" IS NULL THEN NULL
                                            WHEN c360._is_plain(x."group")
                                                AND length(x."group") <= 500
                                                THEN x."group"
                                            ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]))))
                                        END,
                                        CASE
                                            WHEN x."position" IS NULL THEN NULL
                                            WHEN c360._is_plain(x."position")
                                                AND length(x."position") <= 500
                                                THEN x."position"
                                            ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]))))
                                        END,
                                        CASE
                                            WHEN x."values" IS NULL THEN NULL
                                            WHEN c360._is_plain(x."values")
                                                AND length(x."values") <= 500
                                                THEN x."values"
                                            ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]))))
                                        END,
                                        CASE
                                            WHEN x."all" IS NULL THEN NULL
                                            WHEN c360._is_plain(x."all")
                                                AND length(x."all") <= 500
                                                THEN x."all"
                                            ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]))))
                                        END,
                                        CASE
                                            WHEN x."end" IS NULL THEN NULL
                                            WHEN c360._is_plain(x."end")
                                                AND length(x."end") <= 500
                                                THEN x."end"
                                            ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]))))
                                        END,
                                        CASE
                                            WHEN x.new IS NULL THEN NULL
                                            WHEN c360._is_plain(x.new)
                                                AND length(x.new) <= 500
                                                THEN x.new
                                            ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]))))
                                        END,
                                        CASE
                                            WHEN x.old IS NULL THEN NULL
                                            WHEN c360._is_plain(x.old)
                                                AND length(x.old) <= 500
                                                THEN x.old
                                            ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]))))
                                        END,
                                        CASE
                                            WHEN x.master IS NULL THEN NULL
                                            WHEN c360._is_plain(x.master)
                                                AND length(x.master) <= 500
                                                THEN x.master
                                            ELSE coalesce(c360.normalise_id(c360._scalar(raw.traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[])))
                                        END
                                    ]
                                )
                            )
                            FROM (
                                SELECT
                                    coalesce(raw.traits #>> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw.traits #>> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]) AS "select",
                                    coalesce(raw.traits #>> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw.traits #>> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]) AS "order",
                                    coalesce(raw.traits #>> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw.traits #>> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]) AS "table",
                                    coalesce(raw.traits #>> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw.traits #>> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]) AS "user",
                                    coalesce(raw.traits #>> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw.traits #>> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]) AS "group",
                                    coalesce(raw.traits #>> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw.traits #>> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]) AS "position",
                                    coalesce(raw.traits #>> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw.traits #>> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]) AS "values",
                                    coalesce(raw.traits #>> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw.traits #>> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]) AS "all",
                                    coalesce(raw.traits #>> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw.traits #>> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]) AS "end",
                                    coalesce(raw.traits #>> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw.traits #>> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]) AS new,
                                    coalesce(raw.traits #>> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw.traits #>> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]) AS old,
                                    coalesce(raw.traits #>> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]) AS master
                                OFFSET 0
                            ) AS x
                        )
                        ELSE '{}'
                    END
                    || CASE
                        WHEN raw.traits ?| ARRAY['x']::text[] THEN jsonb_strip_nulls(
                            jsonb_build_object(
                                'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', coalesce(c360._typed_value(raw.traits #> ARRAY['x']::text[], 'text[]'))
                            )
                        )
                        ELSE '{}'
                    END AS attributes
                FROM unnest(p_raw_profile_ids) AS wanted (raw_profile_id)
                CROSS JOIN LATERAL (
                    SELECT
                        own.raw_profile_id,
                        own.identifiers,
                        own.traits
                    FROM tenant_select_2.cdp_raw_profiles AS own
                    WHERE own.raw_profile_id = wanted.raw_profile_id
                    OFFSET 0
                ) AS raw
                OFFSET 0
            ) AS sent
            OFFSET 0
        ) AS said
        OFFSET 0
    ) AS named
    ON CONFLICT (raw_profile_id) DO UPDATE
    SET attributes = excluded.attributes,
        given_name = excluded.given_name,
        family_name = excluded.family_name,
        birth_date = excluded.birth_date
    WHERE (known.attributes, known.given_name, known.family_name, known.birth_date)
        IS DISTINCT FROM (excluded.attributes, excluded.given_name, excluded.family_name, excluded.birth_date);
END;
$$;

COMMENT ON FUNCTION tenant_select_2.standardise_profiles(bigint[]) IS
    'Writes what observations say, normalised by the attributes of this tenant, into cdp_standard_profiles.';
