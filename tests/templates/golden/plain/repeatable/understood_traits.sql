-- Traits with those in other spellings beside what they mean: "E-Mail" is also email, "FirstName" firstName, "sđt" phone. Only names that
-- no attribute reads as they are count, and only for attributes of which nothing was sent under a name of theirs; of several
-- spellings the one nearest to the attribute's first name. Nothing is taken away. Raises nothing.
CREATE OR REPLACE FUNCTION tenant_plain.understood_traits(p_traits jsonb)
    RETURNS jsonb
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_names  CONSTANT jsonb := '{"email": ["email", 0], "firstname": ["first_name", 0]}'::jsonb;
    v_places CONSTANT jsonb := '{"email": {"name": "email", "paths": [["email"]]}, "first_name": {"name": "firstName", "paths": [["firstName"]]}}'::jsonb;
    v_other  CONSTANT jsonb := p_traits - ARRAY['email', 'firstName']::text[];
BEGIN
    IF NOT EXISTS (
        SELECT
        FROM jsonb_object_keys(v_other) AS sent (name)
        WHERE v_names ? c360._bare_name(sent.name)
           OR c360._attribute_synonyms() ? c360._bare_name(sent.name)
    ) THEN
        RETURN p_traits;
    END IF;

    RETURN (
        SELECT p_traits || coalesce(jsonb_object_agg(read.target, read.value), '{}')
        FROM (
            SELECT DISTINCT ON (meant.attribute)
                v_places #>> ARRAY[meant.attribute, 'name'] AS target,
                sent.value
            FROM jsonb_each(v_other) AS sent (name, value)
            CROSS JOIN LATERAL (
                SELECT coalesce(v_names -> c360._bare_name(sent.name), c360._attribute_synonyms() -> c360._bare_name(sent.name)) AS meaning
            ) AS found
            CROSS JOIN LATERAL (
                SELECT
                    found.meaning ->> 0 AS attribute,
                    (found.meaning ->> 1)::integer AS rank
            ) AS meant
            WHERE v_places ? meant.attribute
              AND jsonb_typeof(sent.value) <> 'null'
              AND NOT EXISTS (
                  SELECT
                  FROM jsonb_array_elements(v_places #> ARRAY[meant.attribute, 'paths']) AS path (steps)
                  WHERE p_traits #>> ARRAY(SELECT jsonb_array_elements_text(path.steps)) IS NOT NULL
              )
            ORDER BY
                meant.attribute,
                meant.rank,
                sent.name COLLATE "C"
        ) AS read
    );
END;
$$;

COMMENT ON FUNCTION tenant_plain.understood_traits(jsonb) IS
    'Traits with those in other spellings under the names that the attributes of this tenant have.';
