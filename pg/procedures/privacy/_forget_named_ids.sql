-- Replaces message ids (p_named, from _ids_naming) by keyed hashes, whoever's they are: a late retry is still a duplicate.
-- Answers how many were still there. Trusts the search_path and that nobody records. Safe to repeat. Raises nothing.

CREATE OR REPLACE FUNCTION c360._forget_named_ids(p_named jsonb)
    RETURNS bigint
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
DECLARE
    v_key   bytea := c360._erasure_key();
    v_count bigint;
BEGIN
    WITH gone AS (
        DELETE FROM cdp_event_ids AS known
        USING jsonb_to_recordset(p_named) AS named (source text, message_id text)
        WHERE known.source = named.source
          AND known.message_id = named.message_id
        RETURNING
            known.source,
            known.message_id
    ),
    kept AS (
        INSERT INTO cdp_erased_event_ids (source, message_hash)
        SELECT
            gone.source,
            c360._keyed_hash(v_key, gone.message_id)
        FROM gone
        ON CONFLICT (source, message_hash) DO NOTHING
    )
    SELECT count(*)
    INTO v_count
    FROM gone;

    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360._forget_named_ids(jsonb) IS
    'Keeps these message ids as keyed hashes only; answers how many.';
