-- The model that scores: the active one, if it was trained for the recipe in force; else NULL. Trusts the search_path. Reads
-- only, raises nothing.

CREATE OR REPLACE FUNCTION c360._active_match_model()
    RETURNS bigint
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
AS $$
BEGIN
    RETURN (
        SELECT model.match_model_id
        FROM cdp_match_models AS model
        WHERE model.is_active
          AND model.recipe = match_recipe()
    );
END;
$$;

COMMENT ON FUNCTION c360._active_match_model() IS
    'The model that scores the observations of the tenant, NULL when none does.';
