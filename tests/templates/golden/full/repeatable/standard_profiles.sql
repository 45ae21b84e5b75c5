-- What observations say about a person: {attribute: value}, each value normalised and one its column can hold; where an
-- attribute may be sent under several names, the first that gives a value counts, and an e-mail address, phone number and
-- the like may also have been sent as an identifier. Beside it the parts of the name and the day of birth in the form that
-- match rules compare. A value that is as it should be is taken as it is: most are, and a call for each would cost more than
-- the rest. p_may_share gives half of thousands to another process, if PostgreSQL has one to spare. Reads only, raises nothing.
DROP FUNCTION IF EXISTS tenant_full.standard_profiles(bigint[]);

CREATE OR REPLACE FUNCTION tenant_full.standard_profiles(p_raw_profile_ids bigint[], p_may_share boolean DEFAULT true)
    RETURNS TABLE (raw_profile_id bigint, attributes jsonb, given_name text, family_name text, birth_date date)
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    COST 1000000
    SET search_path = pg_catalog, tenant_full, pg_temp
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
        FROM tenant_full.standard_profiles(p_raw_profile_ids[:v_half], false) AS part
        UNION ALL
        SELECT part.*
        FROM tenant_full.standard_profiles(p_raw_profile_ids[v_half + 1:], false) AS part;
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
                        WHEN raw._identifiers ?| ARRAY['email']::text[] THEN JSON_OBJECT(
                            'email' VALUE CASE
                                WHEN jsonb_typeof(raw._identifiers -> 'email') <> 'array' THEN c360.normalise_email(c360._scalar(raw._identifiers -> 'email'))
                                ELSE c360._first_of_list(
                                    raw._identifiers -> 'email', 'email',
                                    coalesce(raw._country, 'VN'), 'VN'
                                )
                            END
                            ABSENT ON NULL RETURNING jsonb
                        )
                        ELSE '{}'
                    END
                    || CASE
                        WHEN raw._traits ?| ARRAY['born', 'id', 'email', 'contact', 'max', 'min', 'date', 'name', 'phone', 'first', 'gender', 'country', 'longest', 'ofTypeDate', 'nested', 'ofTypeText', 'most_recent', 'most_frequent', 'verified_first', 'source_priority']::text[] THEN JSON_OBJECT(
                            'born' VALUE CASE
                                WHEN coalesce(raw._traits ->> 'born') IS NULL THEN NULL
                                WHEN coalesce(raw._traits ->> 'born') LIKE '____-__-__'
                                    AND coalesce(raw._traits ->> 'born') COLLATE "C" BETWEEN '1000-01-01' AND '2200-12-31'
                                    AND c360._is_day(coalesce(raw._traits ->> 'born'))
                                    THEN coalesce(raw._traits ->> 'born')
                                ELSE coalesce(c360._day(raw._traits #> ARRAY['born']::text[], 'DMY'))
                            END,
                            'as_id' VALUE CASE
                                WHEN coalesce(raw._traits ->> 'id') IS NULL THEN NULL
                                WHEN c360._is_plain_id(coalesce(raw._traits ->> 'id')) THEN coalesce(raw._traits ->> 'id')
                                ELSE coalesce(c360.normalise_id(c360._scalar(raw._traits #> ARRAY['id']::text[])))
                            END,
                            'email' VALUE CASE
                                WHEN coalesce(raw._traits ->> 'email', raw._traits -> 'contact' #>> ARRAY['email']::text[]) IS NULL THEN NULL
                                WHEN c360._is_plain_email(coalesce(raw._traits ->> 'email', raw._traits -> 'contact' #>> ARRAY['email']::text[])) THEN coalesce(raw._traits ->> 'email', raw._traits -> 'contact' #>> ARRAY['email']::text[])
                                ELSE coalesce(c360.normalise_email(c360._contact(raw._traits #> ARRAY['email']::text[])), c360.normalise_email(c360._contact(raw._traits #> ARRAY['contact', 'email']::text[])))
                            END,
                            'by_max' VALUE CASE
                                WHEN coalesce(raw._traits ->> 'max') IS NULL THEN NULL
                                WHEN c360._is_plain(coalesce(raw._traits ->> 'max'))
                                    THEN coalesce(raw._traits ->> 'max')
                                ELSE coalesce(c360.present_text(c360._scalar(raw._traits #> ARRAY['max']::text[])))
                            END,
                            'by_min' VALUE CASE
                                WHEN coalesce(raw._traits ->> 'min') IS NULL THEN NULL
                                WHEN c360._is_plain(coalesce(raw._traits ->> 'min'))
                                    THEN coalesce(raw._traits ->> 'min')
                                ELSE coalesce(c360.present_text(c360._scalar(raw._traits #> ARRAY['min']::text[])))
                            END,
                            'as_date' VALUE CASE
                                WHEN coalesce(raw._traits ->> 'date') IS NULL THEN NULL
                                WHEN coalesce(raw._traits ->> 'date') LIKE '____-__-__'
                                    AND coalesce(raw._traits ->> 'date') COLLATE "C" BETWEEN '1000-01-01' AND '2200-12-31'
                                    AND c360._is_day(coalesce(raw._traits ->> 'date'))
                                    THEN coalesce(raw._traits ->> 'date')
                                ELSE coalesce(c360._day(raw._traits #> ARRAY['date']::text[], 'DMY'))
                            END,
                            'as_name' VALUE CASE
                                WHEN coalesce(raw._traits ->> 'name') IS NULL THEN NULL
                                WHEN c360._is_plain(coalesce(raw._traits ->> 'name'))
                                    AND strpos(coalesce(raw._traits ->> 'name'), '  ') = 0
                                    THEN coalesce(raw._traits ->> 'name')
                                ELSE coalesce(c360._tidy_name(c360._scalar(raw._traits #> ARRAY['name']::text[])))
                            END,
                            'as_email' VALUE CASE
                                WHEN coalesce(raw._traits ->> 'email') IS NULL THEN NULL
                                WHEN c360._is_plain_email(coalesce(raw._traits ->> 'email')) THEN coalesce(raw._traits ->> 'email')
                                ELSE coalesce(c360.normalise_email(c360._contact(raw._traits #> ARRAY['email']::text[])))
                            END,
                            'as_phone' VALUE CASE
                                WHEN coalesce(raw._traits ->> 'phone') IS NULL THEN NULL
                                WHEN c360._is_plain_phone(coalesce(raw._traits ->> 'phone')) THEN coalesce(raw._traits ->> 'phone')
                                ELSE coalesce(c360._own_phone(c360._contact(raw._traits #> ARRAY['phone']::text[]), raw._country, 'VN'))
                            END,
                            'by_first' VALUE CASE
                                WHEN coalesce(raw._traits ->> 'first') IS NULL THEN NULL
                                WHEN c360._is_plain(coalesce(raw._traits ->> 'first'))
                                    THEN coalesce(raw._traits ->> 'first')
                                ELSE coalesce(c360.present_text(c360._scalar(raw._traits #> ARRAY['first']::text[])))
                            END,
                            'as_gender' VALUE CASE
                                WHEN coalesce(raw._traits ->> 'gender') IS NULL THEN NULL
                                WHEN coalesce(raw._traits ->> 'gender') IN ('male', 'M', 'm', 'Male') THEN 'male'
                                WHEN coalesce(raw._traits ->> 'gender') IN ('female', 'F', 'f', 'Female') THEN 'female'
                                ELSE coalesce(c360.normalise_gender(c360._scalar(raw._traits #> ARRAY['gender']::text[])))
                            END,
                            'as_country' VALUE CASE
                                WHEN coalesce(raw._traits ->> 'country') IS NULL THEN NULL
                                WHEN coalesce(raw._traits ->> 'country') ~ '^[A-Z][A-Z]$' AND coalesce(raw._traits ->> 'country') NOT IN ('UK', 'EL') THEN coalesce(raw._traits ->> 'country')
                                ELSE c360._country(ARRAY[raw._traits #> ARRAY['country']::text[]])
                            END,
                            'by_longest' VALUE CASE
                                WHEN coalesce(raw._traits ->> 'longest') IS NULL THEN NULL
                                WHEN c360._is_plain(coalesce(raw._traits ->> 'longest'))
                                    THEN coalesce(raw._traits ->> 'longest')
                                ELSE coalesce(c360.present_text(c360._scalar(raw._traits #> ARRAY['longest']::text[])))
                            END,
                            'of_type_date' VALUE CASE
                                WHEN coalesce(raw._traits ->> 'ofTypeDate', raw._traits -> 'nested' #>> ARRAY['date']::text[]) IS NULL THEN NULL
                                WHEN coalesce(raw._traits ->> 'ofTypeDate', raw._traits -> 'nested' #>> ARRAY['date']::text[]) LIKE '____-__-__'
                                    AND coalesce(raw._traits ->> 'ofTypeDate', raw._traits -> 'nested' #>> ARRAY['date']::text[]) COLLATE "C" BETWEEN '1000-01-01' AND '2200-12-31'
                                    AND c360._is_day(coalesce(raw._traits ->> 'ofTypeDate', raw._traits -> 'nested' #>> ARRAY['date']::text[]))
                                    THEN coalesce(raw._traits ->> 'ofTypeDate', raw._traits -> 'nested' #>> ARRAY['date']::text[])
                                ELSE coalesce(c360._day(raw._traits #> ARRAY['ofTypeDate']::text[], 'DMY'), c360._day(raw._traits #> ARRAY['nested', 'date']::text[], 'DMY'))
                            END,
                            'of_type_text' VALUE CASE
                                WHEN coalesce(raw._traits ->> 'ofTypeText', raw._traits -> 'nested' #>> ARRAY['text']::text[]) IS NULL THEN NULL
                                WHEN c360._is_plain(coalesce(raw._traits ->> 'ofTypeText', raw._traits -> 'nested' #>> ARRAY['text']::text[]))
                                    AND length(coalesce(raw._traits ->> 'ofTypeText', raw._traits -> 'nested' #>> ARRAY['text']::text[])) <= 500
                                    THEN coalesce(raw._traits ->> 'ofTypeText', raw._traits -> 'nested' #>> ARRAY['text']::text[])
                                ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY['ofTypeText']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw._traits #> ARRAY['nested', 'text']::text[]))))
                            END,
                            'by_most_recent' VALUE CASE
                                WHEN coalesce(raw._traits ->> 'most_recent') IS NULL THEN NULL
                                WHEN c360._is_plain(coalesce(raw._traits ->> 'most_recent'))
                                    THEN coalesce(raw._traits ->> 'most_recent')
                                ELSE coalesce(c360.present_text(c360._scalar(raw._traits #> ARRAY['most_recent']::text[])))
                            END,
                            'by_most_frequent' VALUE CASE
                                WHEN coalesce(raw._traits ->> 'most_frequent') IS NULL THEN NULL
                                WHEN c360._is_plain(coalesce(raw._traits ->> 'most_frequent'))
                                    THEN coalesce(raw._traits ->> 'most_frequent')
                                ELSE coalesce(c360.present_text(c360._scalar(raw._traits #> ARRAY['most_frequent']::text[])))
                            END,
                            'by_verified_first' VALUE CASE
                                WHEN coalesce(raw._traits ->> 'verified_first') IS NULL THEN NULL
                                WHEN c360._is_plain(coalesce(raw._traits ->> 'verified_first'))
                                    THEN coalesce(raw._traits ->> 'verified_first')
                                ELSE coalesce(c360.present_text(c360._scalar(raw._traits #> ARRAY['verified_first']::text[])))
                            END,
                            'by_source_priority' VALUE CASE
                                WHEN coalesce(raw._traits ->> 'source_priority') IS NULL THEN NULL
                                WHEN c360._is_plain(coalesce(raw._traits ->> 'source_priority'))
                                    THEN coalesce(raw._traits ->> 'source_priority')
                                ELSE coalesce(c360.present_text(c360._scalar(raw._traits #> ARRAY['source_priority']::text[])))
                            END
                            ABSENT ON NULL RETURNING jsonb
                        )
                        ELSE '{}'
                    END
                    || CASE
                        WHEN raw._traits ?| ARRAY['ofTypeJson', 'nested', 'ofTypeBigint', 'ofTypeDouble', 'ofTypeBoolean', 'ofTypeInteger', 'ofTypeNumeric', 'ofTypeText_List', 'ofTypeTimestamp']::text[] THEN JSON_OBJECT(
                            'of_type_json' VALUE coalesce(c360._typed_value(raw._traits #> ARRAY['ofTypeJson']::text[], 'jsonb'), c360._typed_value(raw._traits #> ARRAY['nested', 'json']::text[], 'jsonb')),
                            'of_type_bigint' VALUE coalesce(c360._typed_value(raw._traits #> ARRAY['ofTypeBigint']::text[], 'bigint'), c360._typed_value(raw._traits #> ARRAY['nested', 'bigint']::text[], 'bigint')),
                            'of_type_double' VALUE coalesce(c360._typed_value(raw._traits #> ARRAY['ofTypeDouble']::text[], 'double precision'), c360._typed_value(raw._traits #> ARRAY['nested', 'double']::text[], 'double precision')),
                            'of_type_boolean' VALUE coalesce(c360._typed_value(raw._traits #> ARRAY['ofTypeBoolean']::text[], 'boolean'), c360._typed_value(raw._traits #> ARRAY['nested', 'boolean']::text[], 'boolean')),
                            'of_type_integer' VALUE coalesce(c360._typed_value(raw._traits #> ARRAY['ofTypeInteger']::text[], 'integer'), c360._typed_value(raw._traits #> ARRAY['nested', 'integer']::text[], 'integer')),
                            'of_type_numeric' VALUE coalesce(c360._typed_value(raw._traits #> ARRAY['ofTypeNumeric']::text[], 'numeric'), c360._typed_value(raw._traits #> ARRAY['nested', 'numeric']::text[], 'numeric')),
                            'of_type_text_list' VALUE coalesce(c360._typed_value(raw._traits #> ARRAY['ofTypeText_List']::text[], 'text[]'), c360._typed_value(raw._traits #> ARRAY['nested', 'text_list']::text[], 'text[]')),
                            'of_type_timestamp' VALUE coalesce(to_jsonb(c360._point_in_time(raw._traits #> ARRAY['ofTypeTimestamp']::text[], 'DMY')), to_jsonb(c360._point_in_time(raw._traits #> ARRAY['nested', 'timestamp']::text[], 'DMY')))
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
                            CASE WHEN own.traits - ARRAY['ofTypeText', 'nested', 'ofTypeText_List', 'ofTypeInteger', 'ofTypeBigint', 'ofTypeNumeric', 'ofTypeDouble', 'ofTypeBoolean', 'ofTypeDate', 'ofTypeTimestamp', 'ofTypeJson', 'most_recent', 'first', 'most_frequent', 'longest', 'source_priority', 'verified_first', 'max', 'min', 'name', 'email', 'phone', 'id', 'date', 'gender', 'country', 'contact', 'nationalId', 'crmContactIds', 'born']::text[] = '{}' THEN own.traits ELSE tenant_full.understood_traits(own.traits) END AS _traits,
                            own.created_at::date AS _kept_on
                        FROM tenant_full.cdp_raw_profiles AS own
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

COMMENT ON FUNCTION tenant_full.standard_profiles(bigint[], boolean) IS
    'What observations say, normalised by the attributes of this tenant.';
