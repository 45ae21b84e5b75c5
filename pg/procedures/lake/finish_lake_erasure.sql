-- Keeps the proof that persons are out of the lake, and forgets by what they were found. With something found it is refused. Partitions of
-- which PostgreSQL has rows are stale: the next export compares them with what PostgreSQL kept.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4460, U4463, U4465 of the lake, U4464 lake_differs

CREATE OR REPLACE FUNCTION c360.finish_lake_erasure(p_tenant text, p_epoch bigint, p_erasure_ids bigint[], p_proof jsonb)
    RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_lake(p_tenant, p_epoch);

    IF (p_proof ->> 'found')::bigint IS DISTINCT FROM 0 THEN
        RAISE EXCEPTION 'the lake still holds rows of persons that were erased'
            USING ERRCODE = 'U4464',
                  DETAIL = left(p_proof ->> 'found_in', 2000),
                  HINT = 'Objects that the ledger does not know may hold them: c360 lake doctor names these.';
    END IF;

    UPDATE cdp_lake_erasures AS erasure
    SET done_at = clock_timestamp(),
        proof = p_proof,
        raw_profile_ids = NULL,
        master_profile_ids = NULL,
        texts = NULL
    WHERE erasure.erasure_id = ANY (p_erasure_ids)
      AND erasure.done_at IS NULL;

    IF NOT EXISTS (SELECT FROM cdp_lake_erasures AS erasure WHERE erasure.done_at IS NULL) THEN
        UPDATE cdp_lake_partitions AS known
        SET state = CASE
                WHEN EXISTS (
                    SELECT
                    FROM cdp_lake_files AS file
                    WHERE file.table_name = known.table_name
                      AND file.partition = known.partition
                      AND file.state = 'dropped'
                ) AND NOT EXISTS (
                    SELECT
                    FROM cdp_lake_files AS file
                    WHERE file.table_name = known.table_name
                      AND file.partition = known.partition
                      AND file.state = 'verified'
                ) THEN 'dropped'
                ELSE 'stale'
            END
        WHERE known.state = 'erasing';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360.finish_lake_erasure(text, bigint, bigint[], jsonb) IS
    'Keeps the proof that persons are out of the lake, and forgets by what they were found.';
