-- Whether the latest training read observations by the functions that are in force now. Trusts the search_path. Reads only,
-- raises nothing.

CREATE OR REPLACE FUNCTION c360._is_standard_form_current(p_tenant text)
    RETURNS boolean
    LANGUAGE plpgsql
    STABLE
AS $$
BEGIN
    RETURN coalesce(
        c360._standard_form(p_tenant) = (
            SELECT model.settings ->> 'standard_form'
            FROM cdp_match_models AS model
            ORDER BY model.match_model_id DESC
            LIMIT 1
        ),
        false
    );
END;
$$;

COMMENT ON FUNCTION c360._is_standard_form_current(text) IS
    'Whether the latest training read observations by the functions in force.';
