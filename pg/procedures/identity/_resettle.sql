-- Partitions the whole components of these observations anew, and lets golden records, metrics, history and messages follow,
-- all in this transaction. p_decision, if given, is added to the reason of each version that
-- comes of it. Answers what became of the golden records, see _partition_changes.
-- Trusts the search_path and the resolver's lock. Raises: what the resolver would park.

CREATE OR REPLACE FUNCTION c360._resettle(
    p_tenant          text,
    p_raw_profile_ids bigint[],
    p_decision        jsonb DEFAULT NULL
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET enable_seqscan = off
    SET jit = off
AS $$
DECLARE
    v_from    timestamptz := clock_timestamp();
    v_raw     bigint[];
    v_before  uuid[];
    v_changes jsonb;
BEGIN
    SELECT
        member.raw_profile_ids,
        member.master_profile_ids
    INTO
        v_raw,
        v_before
    FROM c360._component_members(p_raw_profile_ids) AS member;

    PERFORM c360._relink_now(p_tenant, p_raw_profile_ids);
    v_changes := c360._partition_changes(v_raw, v_before);

    IF p_decision IS NOT NULL THEN
        UPDATE cdp_profile_history AS history
        SET reason = history.reason || jsonb_build_object('decision', p_decision)
        FROM (
            SELECT moved.profile ->> 'from_profile_id' AS id
            FROM jsonb_array_elements(v_changes -> 'moved') AS moved (profile)
            UNION
            SELECT moved.profile ->> 'to_profile_id'
            FROM jsonb_array_elements(v_changes -> 'moved') AS moved (profile)
        ) AS touched
        WHERE history.master_profile_id = touched.id::uuid
          AND history.valid_from >= v_from;
    END IF;

    RETURN v_changes;
END;
$$;

COMMENT ON FUNCTION c360._resettle(text, bigint[], jsonb) IS
    'Partitions components anew at once and answers what became of their golden records.';
