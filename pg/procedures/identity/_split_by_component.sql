-- The part of a batch that lies in the given components, or the part that does not; one row of parallel arrays.
-- Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360._split_by_component(
    p_raw             bigint[],
    p_raw_component   bigint[],
    p_known           bigint[],
    p_known_component bigint[],
    p_components      bigint[],
    p_inside          boolean
)
    RETURNS TABLE (raws bigint[], raw_components bigint[], knowns bigint[], known_components bigint[])
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
    SET jit = off
AS $$
BEGIN
    SELECT
        coalesce(array_agg(fresh.node), '{}'),
        coalesce(array_agg(fresh.component), '{}')
    INTO
        raws,
        raw_components
    FROM unnest(p_raw, p_raw_component) AS fresh (node, component)
    WHERE (fresh.component = ANY (p_components)) = p_inside;

    SELECT
        coalesce(array_agg(known.node), '{}'),
        coalesce(array_agg(known.component), '{}')
    INTO
        knowns,
        known_components
    FROM unnest(p_known, p_known_component) AS known (node, component)
    WHERE (known.component = ANY (p_components)) = p_inside;

    RETURN NEXT;
END;
$$;

COMMENT ON FUNCTION c360._split_by_component(bigint[], bigint[], bigint[], bigint[], bigint[], boolean) IS
    'Observations and known components of a batch inside or outside of some components.';
