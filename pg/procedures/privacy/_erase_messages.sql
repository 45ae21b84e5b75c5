-- Empties the messages of a person in the log: each says profile.erased with ids from now on, whether it was sent or not. They
-- stay in their places with their transaction ids, so that the fan-out finds what it expects, and a delivery that it just
-- makes of one sends ids. In messages about others the identifiers of the person are replaced. Answers {table: rows}.
-- Safe to repeat. Raises nothing.

CREATE OR REPLACE FUNCTION c360._erase_messages(
    p_person c360.person,
    p_body   text,
    p_own    bigint[],
    p_naming bigint[]
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
DECLARE
    v_count bigint;
BEGIN
    UPDATE c360.messages AS message
    SET type = 'profile.erased',
        body = p_body
    WHERE message.seq = ANY (p_own);
    GET DIAGNOSTICS v_count = ROW_COUNT;

    UPDATE c360.messages AS message
    SET body = c360._without_person(message.body, p_person.texts)
    WHERE message.seq = ANY (p_naming);

    RETURN jsonb_build_object('messages', v_count);
END;
$$;

COMMENT ON FUNCTION c360._erase_messages(c360.person, text, bigint[], bigint[]) IS
    'Empties messages about a person and takes their identifiers out of others.';
