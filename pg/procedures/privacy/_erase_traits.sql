-- Removes the computed traits of a person. Answers {table: rows}. Trusts the search_path and the lock of segments. Raises nothing.

CREATE OR REPLACE FUNCTION c360._erase_traits(p_person c360.person)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_values bigint;
BEGIN
    IF to_regclass('cdp_trait_values') IS NULL THEN
        RETURN '{}';
    END IF;

    DELETE FROM cdp_trait_values AS known
    WHERE known.master_profile_id = ANY (p_person.master_profile_ids);
    GET DIAGNOSTICS v_values = ROW_COUNT;

    RETURN jsonb_build_object('cdp_trait_values', v_values);
END;
$$;

COMMENT ON FUNCTION c360._erase_traits(c360.person) IS
    'Removes the computed traits of a person.';
