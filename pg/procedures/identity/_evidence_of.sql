-- How much evidence groups of records are together: what was seen again (the same p_evidence) counts once. A group is a list that begins with
-- its root, p_following leads through it. For _protected_partition(). Raises nothing.

CREATE OR REPLACE FUNCTION c360._evidence_of(
    p_roots     integer[],
    p_following integer[],
    p_evidence  integer[]
)
    RETURNS integer
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_record integer;
    v_seen   integer[] := '{}';
BEGIN
    FOREACH v_record IN ARRAY p_roots LOOP
        WHILE v_record <> 0 LOOP
            v_seen := v_seen || coalesce(p_evidence[v_record], -v_record);
            v_record := p_following[v_record];
        END LOOP;
    END LOOP;
    RETURN (SELECT count(DISTINCT seen.evidence) FROM unnest(v_seen) AS seen (evidence));
END;
$$;

COMMENT ON FUNCTION c360._evidence_of(integer[], integer[], integer[]) IS
    'How many different records there are in groups.';
