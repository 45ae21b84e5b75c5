-- A document with a JSON merge patch (RFC 7396) laid over it: objects are merged member by member, null takes a member out, everything
-- else is replaced.

CREATE OR REPLACE FUNCTION c360._merge_patch(p_document jsonb, p_patch jsonb)
    RETURNS jsonb
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_document jsonb := CASE WHEN jsonb_typeof(p_document) = 'object' THEN p_document ELSE '{}' END;
BEGIN
    IF jsonb_typeof(p_patch) <> 'object' THEN
        RETURN p_patch;
    END IF;

    RETURN (
        SELECT coalesce(
            jsonb_object_agg(
                member.key,
                CASE WHEN p_patch ? member.key THEN c360._merge_patch(v_document -> member.key, member.value) ELSE member.value END
            ),
            '{}'
        )
        FROM jsonb_each(v_document || p_patch) AS member
        WHERE NOT (p_patch ? member.key AND jsonb_typeof(member.value) = 'null')
    );
END;
$$;

COMMENT ON FUNCTION c360._merge_patch(jsonb, jsonb) IS
    'A document with a JSON merge patch (RFC 7396) laid over it.';
