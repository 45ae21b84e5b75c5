-- Lets a model score from now on, instead of the one before.
-- Trusts the search_path and the resolver's lock. Safe to repeat. Raises nothing.

CREATE OR REPLACE FUNCTION c360._activate_match_model(p_match_model_id bigint)
    RETURNS void
    LANGUAGE plpgsql
    SET jit = off
AS $$
BEGIN
    UPDATE cdp_match_models AS model
    SET is_active = false
    WHERE model.is_active
      AND model.match_model_id <> p_match_model_id;

    UPDATE cdp_match_models AS model
    SET is_active = true
    WHERE model.match_model_id = p_match_model_id;
END;
$$;

COMMENT ON FUNCTION c360._activate_match_model(bigint) IS
    'Lets a model score instead of the one before.';
