-- Writes what observations say about a person into cdp_standard_profiles: {attribute: value}, each value normalised and
-- one its column can hold; where an attribute may be sent under several names, the first that gives a value counts, and
-- an e-mail address, phone number and the like may also have been sent as an identifier. Beside it the parts of the name
-- and the day of birth in the form that match rules compare. A value that c360._is_plain() is taken as it is: most are, and
-- a call for each would cost more than the rest. Safe to repeat: what is right stays untouched. Raises nothing.
CREATE OR REPLACE FUNCTION tenant_full.standardise_profiles(p_raw_profile_ids bigint[])
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, tenant_full, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET jit = off
    SET datestyle = 'ISO, YMD'
    SET timezone = 'UTC'
AS $$
BEGIN
    INSERT INTO tenant_full.cdp_standard_profiles AS known (raw_profile_id, attributes, given_name, family_name, birth_date)
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
                        WHEN raw.identifiers ? 'email' THEN (
                            SELECT coalesce(jsonb_object_agg('email', lowest.value), '{}')
                            FROM (
                                SELECT min(
                                    c360.normalise_email(c360._scalar(item.value)) COLLATE "C"
                                ) AS value
                                FROM jsonb_array_elements(
                                    CASE jsonb_typeof(raw.identifiers -> 'email')
                                        WHEN 'array' THEN raw.identifiers -> 'email'
                                        ELSE jsonb_build_array(raw.identifiers -> 'email')
                                    END
                                ) AS item (value)
                            ) AS lowest
                            WHERE lowest.value IS NOT NULL
                        )
                        ELSE '{}'
                    END
                    || CASE
                        WHEN raw.traits ?| ARRAY['ofTypeText', 'nested', 'ofTypeDate', 'most_recent', 'first', 'most_frequent', 'longest', 'source_priority', 'verified_first', 'max', 'min', 'name', 'email', 'phone', 'id', 'date', 'gender', 'country', 'contact', 'born']::text[] THEN (
                            SELECT jsonb_strip_nulls(
                                jsonb_object(
                                    ARRAY['of_type_text', 'of_type_date', 'by_most_recent', 'by_first', 'by_most_frequent', 'by_longest', 'by_source_priority', 'by_verified_first', 'by_max', 'by_min', 'as_name', 'as_email', 'as_phone', 'as_id', 'as_date', 'as_gender', 'as_country', 'email', 'born']::text[],
                                    ARRAY[
                                        CASE
                                            WHEN x.of_type_text IS NULL THEN NULL
                                            WHEN c360._is_plain(x.of_type_text)
                                                AND length(x.of_type_text) <= 500
                                                THEN x.of_type_text
                                            ELSE coalesce(c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY['ofTypeText']::text[]))), c360._indexable(c360.present_text(c360._scalar(raw.traits #> ARRAY['nested', 'text']::text[]))))
                                        END,
                                        CASE
                                            WHEN x.of_type_date IS NULL THEN NULL
                                            WHEN x.of_type_date LIKE '____-__-__'
                                                AND x.of_type_date COLLATE "C" BETWEEN '1850-01-01' AND '2200-12-31'
                                                AND c360._is_day(x.of_type_date)
                                                THEN x.of_type_date
                                            ELSE coalesce(c360.normalise_date(c360._scalar(raw.traits #> ARRAY['ofTypeDate']::text[]), 'DMY'), c360.normalise_date(c360._scalar(raw.traits #> ARRAY['nested', 'date']::text[]), 'DMY'))
                                        END,
                                        CASE
                                            WHEN x.by_most_recent IS NULL THEN NULL
                                            WHEN c360._is_plain(x.by_most_recent)
                                                THEN x.by_most_recent
                                            ELSE coalesce(c360.present_text(c360._scalar(raw.traits #> ARRAY['most_recent']::text[])))
                                        END,
                                        CASE
                                            WHEN x.by_first IS NULL THEN NULL
                                            WHEN c360._is_plain(x.by_first)
                                                THEN x.by_first
                                            ELSE coalesce(c360.present_text(c360._scalar(raw.traits #> ARRAY['first']::text[])))
                                        END,
                                        CASE
                                            WHEN x.by_most_frequent IS NULL THEN NULL
                                            WHEN c360._is_plain(x.by_most_frequent)
                                                THEN x.by_most_frequent
                                            ELSE coalesce(c360.present_text(c360._scalar(raw.traits #> ARRAY['most_frequent']::text[])))
                                        END,
                                        CASE
                                            WHEN x.by_longest IS NULL THEN NULL
                                            WHEN c360._is_plain(x.by_longest)
                                                THEN x.by_longest
                                            ELSE coalesce(c360.present_text(c360._scalar(raw.traits #> ARRAY['longest']::text[])))
                                        END,
                                        CASE
                                            WHEN x.by_source_priority IS NULL THEN NULL
                                            WHEN c360._is_plain(x.by_source_priority)
                                                THEN x.by_source_priority
                                            ELSE coalesce(c360.present_text(c360._scalar(raw.traits #> ARRAY['source_priority']::text[])))
                                        END,
                                        CASE
                                            WHEN x.by_verified_first IS NULL THEN NULL
                                            WHEN c360._is_plain(x.by_verified_first)
                                                THEN x.by_verified_first
                                            ELSE coalesce(c360.present_text(c360._scalar(raw.traits #> ARRAY['verified_first']::text[])))
                                        END,
                                        CASE
                                            WHEN x.by_max IS NULL THEN NULL
                                            WHEN c360._is_plain(x.by_max)
                                                THEN x.by_max
                                            ELSE coalesce(c360.present_text(c360._scalar(raw.traits #> ARRAY['max']::text[])))
                                        END,
                                        CASE
                                            WHEN x.by_min IS NULL THEN NULL
                                            WHEN c360._is_plain(x.by_min)
                                                THEN x.by_min
                                            ELSE coalesce(c360.present_text(c360._scalar(raw.traits #> ARRAY['min']::text[])))
                                        END,
                                        CASE
                                            WHEN x.as_name IS NULL THEN NULL
                                            WHEN c360._is_plain(x.as_name)
                                                AND strpos(x.as_name, '  ') = 0
                                                THEN x.as_name
                                            ELSE coalesce(c360._tidy_name(c360._scalar(raw.traits #> ARRAY['name']::text[])))
                                        END,
                                        CASE
                                            WHEN x.as_email IS NULL THEN NULL
                                            ELSE coalesce(c360.normalise_email(c360._scalar(raw.traits #> ARRAY['email']::text[])))
                                        END,
                                        CASE
                                            WHEN x.as_phone IS NULL THEN NULL
                                            ELSE coalesce(c360._own_phone(c360._scalar(raw.traits #> ARRAY['phone']::text[]), NULL::text, 'VN'))
                                        END,
                                        CASE
                                            WHEN x.as_id IS NULL THEN NULL
                                            WHEN c360._is_plain(x.as_id)
                                                AND length(x.as_id) <= 500
                                                THEN x.as_id
                                            ELSE coalesce(c360.normalise_id(c360._scalar(raw.traits #> ARRAY['id']::text[])))
                                        END,
                                        CASE
                                            WHEN x.as_date IS NULL THEN NULL
                                            WHEN x.as_date LIKE '____-__-__'
                                                AND x.as_date COLLATE "C" BETWEEN '1850-01-01' AND '2200-12-31'
                                                AND c360._is_day(x.as_date)
                                                THEN x.as_date
                                            ELSE coalesce(c360.normalise_date(c360._scalar(raw.traits #> ARRAY['date']::text[]), 'DMY'))
                                        END,
                                        CASE
                                            WHEN x.as_gender IS NULL THEN NULL
                                            ELSE coalesce(c360.normalise_gender(c360._scalar(raw.traits #> ARRAY['gender']::text[])))
                                        END,
                                        CASE
                                            WHEN x.as_country IS NULL THEN NULL
                                            ELSE coalesce(c360.normalise_country(c360._scalar(raw.traits #> ARRAY['country']::text[])))
                                        END,
                                        CASE
                                            WHEN x.email IS NULL THEN NULL
                                            ELSE coalesce(c360.normalise_email(c360._scalar(raw.traits #> ARRAY['email']::text[])), c360.normalise_email(c360._scalar(raw.traits #> ARRAY['contact', 'email']::text[])))
                                        END,
                                        CASE
                                            WHEN x.born IS NULL THEN NULL
                                            WHEN x.born LIKE '____-__-__'
                                                AND x.born COLLATE "C" BETWEEN '1850-01-01' AND '2200-12-31'
                                                AND c360._is_day(x.born)
                                                THEN x.born
                                            ELSE coalesce(c360.normalise_date(c360._scalar(raw.traits #> ARRAY['born']::text[]), 'DMY'))
                                        END
                                    ]
                                )
                            )
                            FROM (
                                SELECT
                                    coalesce(raw.traits ->> 'ofTypeText', raw.traits #>> ARRAY['nested', 'text']::text[]) AS of_type_text,
                                    coalesce(raw.traits ->> 'ofTypeDate', raw.traits #>> ARRAY['nested', 'date']::text[]) AS of_type_date,
                                    coalesce(raw.traits ->> 'most_recent') AS by_most_recent,
                                    coalesce(raw.traits ->> 'first') AS by_first,
                                    coalesce(raw.traits ->> 'most_frequent') AS by_most_frequent,
                                    coalesce(raw.traits ->> 'longest') AS by_longest,
                                    coalesce(raw.traits ->> 'source_priority') AS by_source_priority,
                                    coalesce(raw.traits ->> 'verified_first') AS by_verified_first,
                                    coalesce(raw.traits ->> 'max') AS by_max,
                                    coalesce(raw.traits ->> 'min') AS by_min,
                                    coalesce(raw.traits ->> 'name') AS as_name,
                                    coalesce(raw.traits ->> 'email') AS as_email,
                                    coalesce(raw.traits ->> 'phone') AS as_phone,
                                    coalesce(raw.traits ->> 'id') AS as_id,
                                    coalesce(raw.traits ->> 'date') AS as_date,
                                    coalesce(raw.traits ->> 'gender') AS as_gender,
                                    coalesce(raw.traits ->> 'country') AS as_country,
                                    coalesce(raw.traits ->> 'email', raw.traits #>> ARRAY['contact', 'email']::text[]) AS email,
                                    coalesce(raw.traits ->> 'born') AS born
                                OFFSET 0
                            ) AS x
                        )
                        ELSE '{}'
                    END
                    || CASE
                        WHEN raw.traits ?| ARRAY['ofTypeText_List', 'nested', 'ofTypeInteger', 'ofTypeBigint', 'ofTypeNumeric', 'ofTypeDouble', 'ofTypeBoolean', 'ofTypeTimestamp', 'ofTypeJson']::text[] THEN jsonb_strip_nulls(
                            jsonb_build_object(
                                'of_type_text_list', coalesce(c360._typed_value(raw.traits #> ARRAY['ofTypeText_List']::text[], 'text[]'), c360._typed_value(raw.traits #> ARRAY['nested', 'text_list']::text[], 'text[]')),
                                'of_type_integer', coalesce(c360._typed_value(raw.traits #> ARRAY['ofTypeInteger']::text[], 'integer'), c360._typed_value(raw.traits #> ARRAY['nested', 'integer']::text[], 'integer')),
                                'of_type_bigint', coalesce(c360._typed_value(raw.traits #> ARRAY['ofTypeBigint']::text[], 'bigint'), c360._typed_value(raw.traits #> ARRAY['nested', 'bigint']::text[], 'bigint')),
                                'of_type_numeric', coalesce(c360._typed_value(raw.traits #> ARRAY['ofTypeNumeric']::text[], 'numeric'), c360._typed_value(raw.traits #> ARRAY['nested', 'numeric']::text[], 'numeric')),
                                'of_type_double', coalesce(c360._typed_value(raw.traits #> ARRAY['ofTypeDouble']::text[], 'double precision'), c360._typed_value(raw.traits #> ARRAY['nested', 'double']::text[], 'double precision')),
                                'of_type_boolean', coalesce(c360._typed_value(raw.traits #> ARRAY['ofTypeBoolean']::text[], 'boolean'), c360._typed_value(raw.traits #> ARRAY['nested', 'boolean']::text[], 'boolean')),
                                'of_type_timestamp', coalesce(c360._typed_value(raw.traits #> ARRAY['ofTypeTimestamp']::text[], 'timestamptz'), c360._typed_value(raw.traits #> ARRAY['nested', 'timestamp']::text[], 'timestamptz')),
                                'of_type_json', coalesce(c360._typed_value(raw.traits #> ARRAY['ofTypeJson']::text[], 'jsonb'), c360._typed_value(raw.traits #> ARRAY['nested', 'json']::text[], 'jsonb'))
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
                    FROM tenant_full.cdp_raw_profiles AS own
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

COMMENT ON FUNCTION tenant_full.standardise_profiles(bigint[]) IS
    'Writes what observations say, normalised by the attributes of this tenant, into cdp_standard_profiles.';
