-- Notes that a person is to be taken out of the lake, in the transaction that erases them; what is done about it is Python's, and
-- finish_lake_erasure() keeps the proof. Partitions that hold a file in whose range of persons they are, are erasing from now on: they
-- are not dropped. Noted from the day on that a lake was set: an export may be reading what is erased now. What a restore had copied and not
-- attached is thrown away. Nothing where there is no lake. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._erase_lake(p_tenant text, p_person c360.person, p_erasure_id bigint, p_mode text, p_at timestamptz)
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    -- A tenant that was not synced since the upgrade has no such table.
    IF to_regclass('cdp_lake_files') IS NULL THEN
        RETURN;
    END IF;
    IF NOT EXISTS (SELECT FROM cdp_lake_partitions)
        AND NOT EXISTS (SELECT FROM c360.lakes AS lake WHERE lake.tenant = p_tenant)
    THEN
        RETURN;
    END IF;

    DROP TABLE IF EXISTS cdp_lake_restoring;

    INSERT INTO cdp_lake_erasures (erasure_id, mode, raw_profile_ids, master_profile_ids, texts, requested_at)
    VALUES (p_erasure_id, p_mode, p_person.raw_profile_ids, p_person.master_profile_ids, p_person.texts, p_at);

    UPDATE cdp_lake_partitions AS known
    SET state = 'erasing'
    WHERE known.state <> 'open'
      AND EXISTS (
          SELECT
          FROM cdp_lake_files AS file
          WHERE file.table_name = known.table_name
            AND file.partition = known.partition
            AND (
                -- Anything may name them, and what is being written says no range yet.
                file.table_name = 'messages'
                OR file.min_person IS NULL
                OR (
                    file.table_name = 'profile_history'
                    AND EXISTS (
                        SELECT
                        FROM unnest(p_person.master_profile_ids) AS own (id)
                        WHERE own.id::text COLLATE "C" BETWEEN file.min_person AND file.max_person
                    )
                )
                OR (
                    file.table_name NOT IN ('messages', 'profile_history')
                    AND EXISTS (
                        SELECT
                        FROM unnest(p_person.raw_profile_ids) AS own (id)
                        WHERE own.id BETWEEN file.min_person::bigint AND file.max_person::bigint
                    )
                )
            )
      );
END;
$$;

COMMENT ON FUNCTION c360._erase_lake(text, c360.person, bigint, text, timestamptz) IS
    'Notes that a person is to be taken out of the lake.';
