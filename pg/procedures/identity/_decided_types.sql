-- The identifier types that do not tie by themselves while a model scores pairs: those that its rule lists under "decides", by
-- default all; exclusive and definitive ones always tie. NULL when no model is in force. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._decided_types(p_tenant text)
    RETURNS text[]
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
AS $$
BEGIN
    RETURN (
        SELECT array_agg(kind.identifier_type ORDER BY kind.identifier_type)
        FROM cdp_match_models AS model
        JOIN c360.match_rules AS matched
            ON matched.tenant = p_tenant
            AND matched.rule = model.rule
        JOIN c360.identifier_types AS kind
            ON kind.tenant = p_tenant
            AND NOT kind.is_exclusive
            AND NOT kind.is_definitive
            AND coalesce(matched.definition -> 'decides' ? kind.identifier_type, true)
        WHERE model.match_model_id = c360._active_match_model()
    );
END;
$$;

COMMENT ON FUNCTION c360._decided_types(text) IS
    'Identifier types whose values a model weighs, instead of tying by themselves.';
