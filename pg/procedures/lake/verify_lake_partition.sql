-- Compares what a second reader found in the stored files of a partition with the ledger, and both with PostgreSQL; where all agree, the
-- partition is verified and what was replaced is stale: to be deleted. p_found: [{key, row_count, byte_count, sha256, checksum} or {key, problem}] of
-- every file of the ledger; p_days: what lake_days() said under the snapshot that the rows were read by, NULL: looked up now. Files that only
-- the lake has are compared with the ledger. Answers {problems: [{key or dt, problem}], stale: [keys], row_count, checksum}; with
-- problems nothing changes but the state, which is stale then.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4460, U4463, U4465 of the lake

CREATE OR REPLACE FUNCTION c360.verify_lake_partition(
    p_tenant    text,
    p_epoch     bigint,
    p_table     text,
    p_partition text,
    p_found     jsonb,
    p_days      jsonb DEFAULT NULL,
    p_by        text DEFAULT NULL
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_days     jsonb := p_days;
    v_problems jsonb;
    v_state    text;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_lake(p_tenant, p_epoch);

    IF v_days IS NULL THEN
        SELECT coalesce(jsonb_agg(to_jsonb(present.*)), '[]')
        INTO v_days
        FROM c360.lake_days(p_tenant, p_table, p_partition) AS present;
    END IF;

    PERFORM
    FROM cdp_lake_partitions AS known
    WHERE known.table_name = p_table
      AND known.partition = p_partition
    FOR UPDATE;

    WITH expected AS (
        SELECT file.*
        FROM cdp_lake_files AS file
        WHERE file.table_name = p_table
          AND file.partition = p_partition
          AND file.state IN ('written', 'verified', 'dropped')
          AND NOT file.is_leaving
    ), found AS (
        SELECT seen.*
        FROM jsonb_to_recordset(p_found) AS seen (
            key text, row_count bigint, byte_count bigint, sha256 text, checksum numeric, problem text
        )
    ), days AS (
        SELECT
            day.dt,
            day.row_count,
            day.checksum
        FROM jsonb_to_recordset(v_days) AS day (dt date, row_count bigint, checksum numeric)
    ), sums AS (
        SELECT
            expected.dt,
            sum(found.row_count) AS row_count,
            sum(found.checksum) AS checksum
        FROM expected
        LEFT JOIN found ON found.key = expected.key
        WHERE expected.state <> 'dropped'
        GROUP BY expected.dt
    ), problems AS (
        SELECT
            expected.key AS subject,
            CASE
                WHEN found.key IS NULL THEN 'was not looked at'
                WHEN found.problem IS NOT NULL THEN found.problem
                WHEN found.byte_count <> expected.byte_count THEN format('has %s bytes and not %s', found.byte_count, expected.byte_count)
                WHEN decode(found.sha256, 'hex') <> expected.sha256 THEN 'has other bytes than were written'
                WHEN found.row_count <> expected.row_count THEN format('has %s rows and not %s', found.row_count, expected.row_count)
                WHEN found.checksum <> expected.checksum THEN 'has other rows than were written'
            END AS problem
        FROM expected
        LEFT JOIN found ON found.key = expected.key
        UNION ALL
        SELECT
            coalesce(days.dt, sums.dt)::text,
            CASE
                WHEN sums.dt IS NULL THEN format('is not in the lake: PostgreSQL has %s rows', days.row_count)
                WHEN days.dt IS NULL THEN format('is not in PostgreSQL any more: the lake has %s rows', sums.row_count)
                WHEN days.row_count <> sums.row_count THEN format('PostgreSQL has %s rows, the lake %s', days.row_count, sums.row_count)
                ELSE format('has %s rows in both, and some of them differ', days.row_count)
            END
        FROM days
        FULL JOIN sums ON sums.dt = days.dt
        WHERE (days.row_count, days.checksum) IS DISTINCT FROM (sums.row_count, sums.checksum)
    )
    SELECT coalesce(jsonb_agg(jsonb_build_object('subject', problems.subject, 'problem', problems.problem) ORDER BY problems.subject), '[]')
    INTO v_problems
    FROM problems
    WHERE problems.problem IS NOT NULL;

    IF v_problems <> '[]' THEN
        UPDATE cdp_lake_partitions AS known
        SET state = 'stale'
        WHERE known.table_name = p_table
          AND known.partition = p_partition
          AND known.state <> 'erasing';

        RETURN jsonb_build_object('problems', v_problems, 'stale', '[]'::jsonb);
    END IF;

    UPDATE cdp_lake_files AS file
    SET state = 'stale',
        is_leaving = false
    WHERE file.table_name = p_table
      AND file.partition = p_partition
      AND file.is_leaving;

    UPDATE cdp_lake_files AS file
    SET state = CASE file.state WHEN 'written' THEN 'verified' ELSE file.state END,
        verified_at = clock_timestamp()
    WHERE file.table_name = p_table
      AND file.partition = p_partition
      AND file.state IN ('written', 'verified', 'dropped');

    UPDATE cdp_lake_partitions AS known
    SET state = CASE
            WHEN known.state = 'erasing' THEN 'erasing'
            WHEN EXISTS (
                SELECT
                FROM cdp_lake_files AS file
                WHERE file.table_name = p_table
                  AND file.partition = p_partition
                  AND file.state = 'dropped'
            ) AND NOT EXISTS (
                SELECT
                FROM cdp_lake_files AS file
                WHERE file.table_name = p_table
                  AND file.partition = p_partition
                  AND file.state = 'verified'
            ) THEN 'dropped'
            ELSE 'verified'
        END,
        exported_at = coalesce(known.exported_at, clock_timestamp()),
        verified_at = clock_timestamp(),
        verified_by = coalesce(p_by, c360._actor())
    WHERE known.table_name = p_table
      AND known.partition = p_partition
    RETURNING known.state
    INTO v_state;

    RETURN (
        SELECT jsonb_build_object(
            'problems', '[]'::jsonb,
            'state', v_state,
            'stale', coalesce(jsonb_agg(file.key ORDER BY file.key) FILTER (WHERE file.state = 'stale'), '[]'),
            'row_count', coalesce(sum(file.row_count) FILTER (WHERE file.state IN ('verified', 'dropped')), 0),
            'checksum', coalesce(sum(file.checksum) FILTER (WHERE file.state IN ('verified', 'dropped')), 0)::text
        )
        FROM cdp_lake_files AS file
        WHERE file.table_name = p_table
          AND file.partition = p_partition
    );
END;
$$;

COMMENT ON FUNCTION c360.verify_lake_partition(text, bigint, text, text, jsonb, jsonb, text) IS
    'Compares stored files, ledger and PostgreSQL; where all agree, the partition is verified.';
