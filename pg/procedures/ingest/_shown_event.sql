-- An event as people may see it, out of one as it was sent: userId, anonymousId and previousId (hidden where their type is
-- masked), traits, context.traits and properties, each as far as p_shown, the answer of _shown_fields(), goes. Whatever else
-- was sent may hold anything and is left out. Raises nothing.

CREATE OR REPLACE FUNCTION c360._shown_event(
    p_event jsonb,
    p_shown jsonb
)
    RETURNS jsonb
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_scalars    text[] := ARRAY(SELECT jsonb_array_elements_text(p_shown -> 'scalars'));
    v_lists      text[] := ARRAY(SELECT jsonb_array_elements_text(p_shown -> 'lists'));
    v_properties text[] := ARRAY(SELECT jsonb_array_elements_text(p_shown -> 'properties'));
    v_traits     jsonb := c360._shown_members(p_event -> 'traits', v_scalars, v_lists);
    v_context    jsonb := c360._shown_members(p_event #> '{context,traits}', v_scalars, v_lists);
    v_facts      jsonb := c360._shown_members(p_event -> 'properties', '{}', v_properties);
BEGIN
    RETURN (
        SELECT coalesce(
            jsonb_object_agg(
                named.member,
                CASE
                    WHEN p_shown -> 'types' ?| named.types THEN c360._masked_value(p_event -> named.member)
                    ELSE p_event -> named.member
                END
            ),
            '{}'
        )
        FROM (
            VALUES
                ('userId', '{user_id}'::text[]),
                ('anonymousId', '{anonymous_id}'),
                ('previousId', '{user_id,anonymous_id}')
        ) AS named (member, types)
        WHERE jsonb_typeof(p_event -> named.member) IN ('string', 'number')
    )
        || CASE WHEN v_traits = '{}' THEN '{}' ELSE jsonb_build_object('traits', v_traits) END
        || CASE WHEN v_context = '{}' THEN '{}' ELSE jsonb_build_object('context', jsonb_build_object('traits', v_context)) END
        || CASE WHEN v_facts = '{}' THEN '{}' ELSE jsonb_build_object('properties', v_facts) END;
END;
$$;

COMMENT ON FUNCTION c360._shown_event(jsonb, jsonb) IS
    'An event as people may see it: known, unmasked values only.';
