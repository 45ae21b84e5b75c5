-- The computed traits of a golden record as people may see them; NULL where there are none. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._shown_traits(
    p_tenant            text,
    p_master_profile_id uuid
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
BEGIN
    IF to_regclass('cdp_trait_values') IS NULL THEN
        RETURN NULL;
    END IF;

    RETURN (
        SELECT jsonb_object_agg(shown.trait, shown.value)
        FROM cdp_trait_values AS known
        CROSS JOIN LATERAL jsonb_each(known.traits - c360._hidden_traits(p_tenant)) AS shown (trait, value)
        JOIN cdp_trait_states AS state ON state.trait = shown.trait
        WHERE known.master_profile_id = p_master_profile_id
    );
END;
$$;

COMMENT ON FUNCTION c360._shown_traits(text, uuid) IS
    'The computed traits of a golden record as people may see them.';
