-- Whether an event was erased: its message id is known as a keyed hash. Trusts the search_path. Reads only, raises nothing.

CREATE OR REPLACE FUNCTION c360._is_erased_event(p_key bytea, p_source text, p_message_id text)
    RETURNS boolean
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
AS $$
BEGIN
    RETURN EXISTS (
        SELECT
        FROM cdp_erased_event_ids AS erased
        WHERE erased.source = p_source
          AND erased.message_hash = c360._keyed_hash(p_key, p_message_id)
    );
END;
$$;

COMMENT ON FUNCTION c360._is_erased_event(bytea, text, text) IS
    'Whether an event of this message id was erased.';
