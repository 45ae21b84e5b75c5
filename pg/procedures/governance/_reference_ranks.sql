-- Gives each of some tables a rank that is higher than the ranks of the other tables its foreign keys refer to: filled in
-- this order, every row finds what it refers to. A table that refers to itself does not wait for itself. Reads only.

CREATE OR REPLACE FUNCTION c360._reference_ranks(p_tables oid[])
    RETURNS TABLE (table_id oid, rank integer)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE reference AS (
        SELECT DISTINCT
            fkey.conrelid AS from_id,
            fkey.confrelid AS to_id
        FROM pg_constraint AS fkey
        WHERE fkey.contype = 'f'
          AND fkey.conrelid = ANY (p_tables)
          AND fkey.confrelid = ANY (p_tables)
          AND fkey.conrelid <> fkey.confrelid
    ),
    step AS (
        SELECT
            listed.table_id,
            0 AS rank
        FROM unnest(p_tables) AS listed (table_id)
        UNION
        SELECT
            reference.from_id,
            step.rank + 1
        FROM step
        JOIN reference ON reference.to_id = step.table_id
        WHERE step.rank < cardinality(p_tables)
    )
    SELECT
        step.table_id,
        max(step.rank)
    FROM step
    GROUP BY step.table_id;
$$;

COMMENT ON FUNCTION c360._reference_ranks(oid[]) IS
    'An order of tables in which each comes after those its foreign keys refer to.';
