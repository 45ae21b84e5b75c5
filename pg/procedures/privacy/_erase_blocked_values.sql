-- Removes blocked values that are an identifier of the person: nobody else has it, so they block nobody any more. The compiled
-- functions of the tenant still quote them until the next sync. Answers how many. Raises nothing.

CREATE OR REPLACE FUNCTION c360._erase_blocked_values(p_tenant text, p_person c360.person)
    RETURNS bigint
    LANGUAGE plpgsql
AS $$
DECLARE
    v_count bigint;
BEGIN
    DELETE FROM c360.blocked_values AS blocked
    WHERE blocked.tenant = p_tenant
      AND (
          c360._names_person(blocked.pattern, p_person.texts)
          OR c360._names_person(blocked.reason, p_person.texts)
      );
    GET DIAGNOSTICS v_count = ROW_COUNT;

    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360._erase_blocked_values(text, c360.person) IS
    'Removes blocked values that quote a person.';
