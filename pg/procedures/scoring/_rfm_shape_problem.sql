-- What is wrong with segments as a tenant writes them, whatever cells they name: members, names, lines that cannot be read. NULL when
-- nothing is. Pure.

CREATE OR REPLACE FUNCTION c360._rfm_shape_problem(p_segments jsonb)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_field CONSTANT text := '(\*|[1-5](-[1-5])?(,[1-5](-[1-5])?)*)';
    v_wrong text;
BEGIN
    IF p_segments IS NULL THEN
        RETURN NULL;
    ELSIF jsonb_typeof(p_segments) <> 'array' OR jsonb_array_length(p_segments) NOT BETWEEN 1 AND 125 THEN
        RETURN 'it is a list of 1 to 125 segments';
    END IF;

    SELECT format('segment %s is not {"segment": name, "cells": [lines], "advice": text}', named.place)
    INTO v_wrong
    FROM jsonb_array_elements(p_segments) WITH ORDINALITY AS named (item, place)
    WHERE (
        jsonb_typeof(named.item) = 'object'
        AND named.item - ARRAY['segment', 'cells', 'advice'] = '{}'
        AND jsonb_typeof(named.item -> 'segment') = 'string'
        AND jsonb_typeof(named.item -> 'cells') = 'array'
        AND coalesce(jsonb_typeof(named.item -> 'advice'), 'string') = 'string'
        AND length(coalesce(named.item ->> 'advice', '')) <= 500
    ) IS NOT TRUE
    ORDER BY named.place
    LIMIT 1;

    IF v_wrong IS NOT NULL THEN
        RETURN v_wrong;
    END IF;

    SELECT string_agg(DISTINCT format('no name for a segment: "%s"', named.item ->> 'segment'), ', ')
    INTO v_wrong
    FROM jsonb_array_elements(p_segments) AS named (item)
    WHERE named.item ->> 'segment' !~ '^[^[:cntrl:][:space:]]([^[:cntrl:]]{0,58}[^[:cntrl:][:space:]])?$'
       OR lower(named.item ->> 'segment') IN ('new', 'gone');

    IF v_wrong IS NOT NULL THEN
        RETURN v_wrong;
    END IF;

    SELECT string_agg(format('"%s" is there twice', twice.name), ', ' ORDER BY twice.name)
    INTO v_wrong
    FROM (
        SELECT named.item ->> 'segment' AS name
        FROM jsonb_array_elements(p_segments) AS named (item)
        GROUP BY 1
        HAVING count(*) > 1
    ) AS twice;

    IF v_wrong IS NOT NULL THEN
        RETURN v_wrong;
    END IF;

    SELECT string_agg(format('%s: "%s" cannot be read', named.item ->> 'segment', line.value #>> '{}'), ', ')
    INTO v_wrong
    FROM jsonb_array_elements(p_segments) AS named (item)
    CROSS JOIN jsonb_array_elements(named.item -> 'cells') AS line (value)
    WHERE jsonb_typeof(line.value) <> 'string'
       OR length(line.value #>> '{}') > 100
       OR line.value #>> '{}' !~ format('^%1$s %1$s %1$s$', v_field);

    RETURN v_wrong;
END;
$$;

COMMENT ON FUNCTION c360._rfm_shape_problem(jsonb) IS
    'What cannot be read in RFM segments as a tenant writes them.';
