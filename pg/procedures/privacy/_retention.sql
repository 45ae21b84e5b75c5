-- How long a tenant keeps each kind of data: its own policy, else the default of the kind; NULL for what is not removed by
-- time. Messages without a policy are left to the partitions of the log, which go when their topic says. Reads only.

CREATE OR REPLACE FUNCTION c360._retention(p_tenant text)
    RETURNS TABLE (kind text, keep interval, is_default boolean, place integer)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        known.kind,
        coalesce(policy.keep, known.default_keep),
        policy.keep IS NULL,
        known."position"
    FROM c360.retention_kinds AS known
    LEFT JOIN c360.retention_policies AS policy
        ON policy.kind = known.kind
        AND policy.tenant = p_tenant;
$$;

COMMENT ON FUNCTION c360._retention(text) IS
    'How long a tenant keeps each kind of data, and at which place it is removed.';
