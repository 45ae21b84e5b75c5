-- Replaces message ids of events that were refused because of their person by keyed hashes: sent again they are duplicates,
-- as with anybody else, so that the answer does not tell who was erased. Trusts the search_path. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._forget_refused_ids(p_source text, p_message_ids text[])
    RETURNS void
    LANGUAGE plpgsql
    SET enable_seqscan = off
AS $$
DECLARE
    v_key bytea := c360._erasure_key();
BEGIN
    DELETE FROM cdp_event_ids AS known
    WHERE known.source = p_source
      AND known.message_id = ANY (p_message_ids);

    INSERT INTO cdp_erased_event_ids (source, message_hash)
    SELECT
        p_source,
        refused.message_hash
    FROM (
        SELECT c360._keyed_hash(v_key, given.message_id) AS message_hash
        FROM unnest(p_message_ids) AS given (message_id)
    ) AS refused
    ORDER BY refused.message_hash
    ON CONFLICT (source, message_hash) DO NOTHING;
END;
$$;

COMMENT ON FUNCTION c360._forget_refused_ids(text, text[]) IS
    'Keeps message ids of refused events of erased persons as keyed hashes only.';
