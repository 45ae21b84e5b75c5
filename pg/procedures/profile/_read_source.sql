-- Where the rows of a query come from, as SQL: the view as `shown`, with a search of names the golden records as `golden` too, in one
-- join, so that the planner may begin with either. Each word of the search, the first eight, begins a word of a name; words that say
-- nothing find nobody. $2 holds the patterns. Raises: 22023 for a search of another relation, or too long

CREATE OR REPLACE FUNCTION c360._read_source(
    p_tenant     text,
    p_relation   text,
    p_search     text,
    OUT source   text,
    OUT patterns text[]
)
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_names text;
BEGIN
    source := format('%I AS shown', p_relation);

    IF p_search IS NULL THEN
        RETURN;
    ELSIF p_relation <> 'cdp_profiles' OR length(p_search) > 200 THEN
        RAISE EXCEPTION 'golden records are searched, by at most 200 characters of a name'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    v_names := c360._searched_names(p_tenant);
    patterns := ARRAY(
        SELECT '% ' || word || '%'
        FROM string_to_table(c360._search_form(normalize(p_search, NFC)), ' ') AS word
        WHERE word <> ''
        LIMIT 8
    );

    source := source || ' JOIN cdp_master_profiles AS golden ON golden.master_profile_id = shown.master_profile_id'
        || ' AND golden.status = ''active'' AND ' || CASE
            WHEN v_names IS NULL OR patterns = '{}' THEN 'false'
            ELSE (
                SELECT string_agg(format('%s LIKE ($2)[%s]', v_names, place), ' AND ')
                FROM generate_series(1, cardinality(patterns)) AS place
            )
        END;
END;
$$;

COMMENT ON FUNCTION c360._read_source(text, text, text) IS
    'Where the rows of a query come from, as SQL, and the patterns of its search.';
