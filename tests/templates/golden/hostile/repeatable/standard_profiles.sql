-- What observations say about a person: {attribute: value}, each value normalised and one its column can hold; where an
-- attribute may be sent under several names, the first that gives a value counts, and an e-mail address, phone number and
-- the like may also have been sent as an identifier. Beside it the parts of the name and the day of birth in the form that
-- match rules compare. A value that is as it should be is taken as it is: most are, and a call for each would cost more than
-- the rest. p_may_share gives half of thousands to another process, if PostgreSQL has one to spare. Reads only, raises nothing.
DROP FUNCTION IF EXISTS tenant_select_2.standard_profiles(bigint[]);

CREATE OR REPLACE FUNCTION tenant_select_2.standard_profiles(p_raw_profile_ids bigint[], p_may_share boolean DEFAULT true)
    RETURNS TABLE (raw_profile_id bigint, attributes jsonb, given_name text, family_name text, birth_date date)
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    COST 1000000
    SET search_path = pg_catalog, tenant_select_2, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET parallel_setup_cost = 1e9
    SET parallel_tuple_cost = 0
    SET enable_seqscan = off
    SET jit = off
    SET datestyle = 'ISO, YMD'
    SET timezone = 'UTC'
AS $$
#variable_conflict use_column
DECLARE
    v_half integer := cardinality(p_raw_profile_ids) / 2;
BEGIN
    IF p_may_share AND v_half >= 1000 THEN
        PERFORM set_config('parallel_setup_cost', '0', true);
        RETURN QUERY
        SELECT part.*
        FROM tenant_select_2.standard_profiles(p_raw_profile_ids[:v_half], false) AS part
        UNION ALL
        SELECT part.*
        FROM tenant_select_2.standard_profiles(p_raw_profile_ids[v_half + 1:], false) AS part;
        RETURN;
    END IF;

    RETURN QUERY
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
            CASE WHEN said.first_name ~ '^[A-Za-z]+$' THEN lower(said.first_name COLLATE "C") ELSE c360.normalise_name(said.first_name) END AS given_name,
            CASE WHEN said.last_name ~ '^[A-Za-z]+$' THEN lower(said.last_name COLLATE "C") ELSE c360.normalise_name(said.last_name) END AS family_name,
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
                    raw._raw_profile_id AS raw_profile_id,
                    '{}'::jsonb
                    || CASE
                        WHEN raw._identifiers ?| ARRAY['user']::text[] THEN JSON_OBJECT(
                            'master' VALUE CASE
                                WHEN jsonb_typeof(raw._identifiers -> 'user') <> 'array' THEN c360.normalise_id(c360._scalar(raw._identifiers -> 'user'))
                                ELSE c360._first_of_list(
                                    raw._identifiers -> 'user', 'id',
                                    coalesce(raw._country, 'US'), 'US'
                                )
                            END
                            ABSENT ON NULL RETURNING jsonb
                        )
                        ELSE '{}'
                    END
                    || CASE
                        WHEN raw._traits ?| ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', 'a''']::text[] THEN JSON_OBJECT(
                            'all' VALUE CASE
                                WHEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[]) IS NULL THEN NULL
                                WHEN c360._is_plain(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[]))
                                    AND length(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[])) <= 500
                                    THEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[])
                                ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]))))
                            END,
                            'end' VALUE CASE
                                WHEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[]) IS NULL THEN NULL
                                WHEN c360._is_plain(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[]))
                                    AND length(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[])) <= 500
                                    THEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[])
                                ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]))))
                            END,
                            'new' VALUE CASE
                                WHEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[]) IS NULL THEN NULL
                                WHEN c360._is_plain(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[]))
                                    AND length(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[])) <= 500
                                    THEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[])
                                ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]))))
                            END,
                            'old' VALUE CASE
                                WHEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[]) IS NULL THEN NULL
                                WHEN c360._is_plain(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[]))
                                    AND length(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[])) <= 500
                                    THEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[])
                                ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]))))
                            END,
                            'user' VALUE CASE
                                WHEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[]) IS NULL THEN NULL
                                WHEN c360._is_plain(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[]))
                                    AND length(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[])) <= 500
                                    THEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[])
                                ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]))))
                            END,
                            'group' VALUE CASE
                                WHEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[]) IS NULL THEN NULL
                                WHEN c360._is_plain(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[]))
                                    AND length(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[])) <= 500
                                    THEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[])
                                ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]))))
                            END,
                            'order' VALUE CASE
                                WHEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[]) IS NULL THEN NULL
                                WHEN c360._is_plain(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[]))
                                    AND length(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[])) <= 500
                                    THEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[])
                                ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]))))
                            END,
                            'table' VALUE CASE
                                WHEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[]) IS NULL THEN NULL
                                WHEN c360._is_plain(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[]))
                                    AND length(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[])) <= 500
                                    THEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[])
                                ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]))))
                            END,
                            'master' VALUE CASE
                                WHEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]) IS NULL THEN NULL
                                WHEN c360._is_plain_id(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[])) THEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[])
                                ELSE coalesce(c360.normalise_id(c360._scalar(raw._traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[])))
                            END,
                            'select' VALUE CASE
                                WHEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[]) IS NULL THEN NULL
                                WHEN c360._is_plain(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[]))
                                    AND length(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[])) <= 500
                                    THEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[])
                                ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]))))
                            END,
                            'values' VALUE CASE
                                WHEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[]) IS NULL THEN NULL
                                WHEN c360._is_plain(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[]))
                                    AND length(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[])) <= 500
                                    THEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[])
                                ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]))))
                            END,
                            'position' VALUE CASE
                                WHEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[]) IS NULL THEN NULL
                                WHEN c360._is_plain(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[]))
                                    AND length(coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[])) <= 500
                                    THEN coalesce(raw._traits -> E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant' #>> ARRAY[E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[], raw._traits -> 'a''' #>> ARRAY[E'b\u005c', E'c\u0024\u0024']::text[])
                                ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', E'slug }} {% raw %} -- /* \u000a DROP SCHEMA c360 CASCADE; ünï→\u2028''']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY['a''', E'b\u005c', E'c\u0024\u0024']::text[]))))
                            END
                            ABSENT ON NULL RETURNING jsonb
                        )
                        ELSE '{}'
                    END
                    || CASE
                        WHEN raw._traits ?| ARRAY['x']::text[] THEN JSON_OBJECT(
                            'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' VALUE coalesce(c360._typed_value(raw._traits #> ARRAY['x']::text[], 'text[]'))
                            ABSENT ON NULL RETURNING jsonb
                        )
                        ELSE '{}'
                    END AS attributes
                FROM (
                    SELECT
                        raw._raw_profile_id,
                        raw._identifiers,
                        raw._traits,
                        raw._kept_on,
                        NULL::text AS _country
                    FROM (
                        -- No attribute has a name like these.
                        SELECT
                            own.raw_profile_id AS _raw_profile_id,
                            own.identifiers AS _identifiers,
                            CASE WHEN own.traits - ARRAY[E'it''s; "quoted" \u005c back \u0024\u0024 \u0024body\u0024 {{ tenant', 'a''', 'x']::text[] = '{}' THEN own.traits ELSE tenant_select_2.understood_traits(own.traits) END AS _traits,
                            own.created_at::date AS _kept_on
                        FROM tenant_select_2.cdp_raw_profiles AS own
                        WHERE own.raw_profile_id = ANY (p_raw_profile_ids)
                        -- So that traits are understood once, not at each place that reads them.
                        OFFSET 0
                    ) AS raw
                    OFFSET 0
                ) AS raw
                OFFSET 0
            ) AS sent
            OFFSET 0
        ) AS said
        OFFSET 0
    ) AS named;
END;
$$;

COMMENT ON FUNCTION tenant_select_2.standard_profiles(bigint[], boolean) IS
    'What observations say, normalised by the attributes of this tenant.';
