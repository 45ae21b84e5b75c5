-- The traits of a document that no attribute of the tenant reads. Reads only; raises nothing.

CREATE OR REPLACE FUNCTION c360._unread_traits(p_tenant text, p_traits jsonb)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_traits jsonb := p_traits;
    v_path   text[];
BEGIN
    FOR v_path IN
        SELECT string_to_array(listed.path, '.')
        FROM c360.profile_attributes AS attribute
        CROSS JOIN LATERAL unnest(attribute.trait_paths) AS listed (path)
        WHERE attribute.tenant = p_tenant
          AND p_traits ? split_part(listed.path, '.', 1)
    LOOP
        v_traits := v_traits #- v_path;
    END LOOP;

    RETURN (
        SELECT coalesce(jsonb_object_agg(member.key, member.value), '{}')
        FROM jsonb_each(v_traits) AS member
        WHERE member.value <> '{}'
    );
END;
$$;

COMMENT ON FUNCTION c360._unread_traits(text, jsonb) IS
    'Traits that no attribute reads.';
