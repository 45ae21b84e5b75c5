-- Writes what observations say about a person into cdp_standard_profiles: {attribute: value}, each value normalised and
-- one its column can hold; where an attribute may be sent under several names, the first that gives a value counts, and
-- an e-mail address, phone number and the like may also have been sent as an identifier. Beside it the parts of the name
-- and the day of birth in the form that match rules compare. A value that c360._is_plain() is taken as it is: most are, and
-- a call for each would cost more than the rest. Safe to repeat: what is right stays untouched. Raises nothing.
CREATE OR REPLACE FUNCTION tenant_plain.standardise_profiles(p_raw_profile_ids bigint[])
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, tenant_plain, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET jit = off
    SET datestyle = 'ISO, YMD'
    SET timezone = 'UTC'
AS $$
BEGIN
    INSERT INTO tenant_plain.cdp_standard_profiles AS known (raw_profile_id, attributes, given_name, family_name, birth_date)
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
                        WHEN raw.traits ?| ARRAY['email', 'firstName']::text[] THEN (
                            SELECT jsonb_strip_nulls(
                                jsonb_object(
                                    ARRAY['email', 'first_name']::text[],
                                    ARRAY[
                                        CASE
                                            WHEN x.email IS NULL THEN NULL
                                            ELSE coalesce(c360.normalise_email(c360._scalar(raw.traits #> ARRAY['email']::text[])))
                                        END,
                                        CASE
                                            WHEN x.first_name IS NULL THEN NULL
                                            WHEN c360._is_plain(x.first_name)
                                                THEN x.first_name
                                            ELSE coalesce(c360.present_text(c360._scalar(raw.traits #> ARRAY['firstName']::text[])))
                                        END
                                    ]
                                )
                            )
                            FROM (
                                SELECT
                                    coalesce(raw.traits ->> 'email') AS email,
                                    coalesce(raw.traits ->> 'firstName') AS first_name
                                OFFSET 0
                            ) AS x
                        )
                        ELSE '{}'
                    END AS attributes
                FROM unnest(p_raw_profile_ids) AS wanted (raw_profile_id)
                CROSS JOIN LATERAL (
                    SELECT
                        own.raw_profile_id,
                        own.identifiers,
                        own.traits
                    FROM tenant_plain.cdp_raw_profiles AS own
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

COMMENT ON FUNCTION tenant_plain.standardise_profiles(bigint[]) IS
    'Writes what observations say, normalised by the attributes of this tenant, into cdp_standard_profiles.';
