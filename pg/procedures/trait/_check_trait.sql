-- Refuses a computed trait that is not there, or whose values people may not see. Trusts the search_path. Reads only.
-- Raises: U3311 trait_not_found, U3314 trait_hidden

CREATE OR REPLACE FUNCTION c360._check_trait(
    p_tenant text,
    p_trait  text
)
    RETURNS void
    LANGUAGE plpgsql
    STABLE
AS $$
BEGIN
    IF to_regclass('cdp_trait_states') IS NULL OR NOT EXISTS (
        SELECT
        FROM cdp_trait_states AS state
        WHERE state.trait = p_trait
    ) THEN
        RAISE EXCEPTION 'there is no trait "%"', p_trait
            USING ERRCODE = 'U3311',
                  HINT = 'List them with c360 trait list; one that is new is there after the next sync.';
    END IF;

    IF p_trait = ANY (c360._hidden_traits(p_tenant)) THEN
        RAISE EXCEPTION 'the values of trait "%" cannot be shown', p_trait
            USING ERRCODE = 'U3314',
                  DETAIL = 'Its expression looks at what is masked.',
                  HINT = 'Change the expression, or let an administrator end the mask.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_trait(text, text) IS
    'Refuses a computed trait that is not there or whose values people may not see.';
