-- The types that a filter {"types", "key"} of messages names; none for all. Reads only.
-- Raises: U5420 message_type_not_found; U5421 subscription_invalid

CREATE OR REPLACE FUNCTION c360._filter_types(p_topics text[], p_filter jsonb)
    RETURNS text[]
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_types text[];
BEGIN
    PERFORM c360._check_filter(p_filter, '{types,key}');
    IF jsonb_typeof(p_filter -> 'types') IS DISTINCT FROM 'array' AND p_filter ? 'types' THEN
        RAISE EXCEPTION 'types of a filter are a list'
            USING ERRCODE = 'U5421',
                  HINT = 'Such as {"types": ["profile.merged"]}.';
    END IF;

    v_types := ARRAY(SELECT jsonb_array_elements_text(p_filter -> 'types'));
    PERFORM c360._check_message_types(p_topics, v_types);
    RETURN v_types;
END;
$$;

COMMENT ON FUNCTION c360._filter_types(text[], jsonb) IS
    'The message types a filter names, checked.';
