-- Removes the dead letters about a person, and takes their identifiers out of those about others and out of answers of
-- endpoints. Answers {table: rows}. Safe to repeat. Raises nothing.

CREATE OR REPLACE FUNCTION c360._erase_dead_letters(p_tenant text, p_person c360.person, p_seqs bigint[])
    RETURNS jsonb
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
DECLARE
    v_letters  bigint;
    v_attempts bigint;
BEGIN
    DELETE FROM c360.dead_letters AS letter
    WHERE letter.tenant = p_tenant
      AND (
          letter.message_seq = ANY (p_seqs)
          OR letter.key = ANY (p_person.master_profile_ids::text[])
          OR (letter.topic = 'c360-behavioral-events' AND letter.key = ANY (p_person.raw_profile_ids::text[]))
      );
    GET DIAGNOSTICS v_letters = ROW_COUNT;

    UPDATE c360.dead_letters AS letter
    SET body = c360._without_person(letter.body, p_person.texts)
    WHERE letter.tenant = p_tenant
      AND c360._names_person(letter.body, p_person.texts);

    UPDATE c360.delivery_attempts AS attempt
    SET answer = c360._without_person(attempt.answer, p_person.texts)
    FROM c360.subscriptions AS subscription
    WHERE subscription.subscription_id = attempt.subscription_id
      AND subscription.tenant = p_tenant
      AND c360._names_person(attempt.answer, p_person.texts);
    GET DIAGNOSTICS v_attempts = ROW_COUNT;

    RETURN jsonb_build_object('dead_letters', v_letters, 'delivery_attempts', v_attempts);
END;
$$;

COMMENT ON FUNCTION c360._erase_dead_letters(text, c360.person, bigint[]) IS
    'Removes dead letters about a person and their identifiers from other letters and answers.';
