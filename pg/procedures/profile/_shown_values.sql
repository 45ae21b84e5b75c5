-- Values as people may see them: a JSON list, hidden where the type is masked; an empty list for NULL. Raises nothing.

CREATE OR REPLACE FUNCTION c360._shown_values(
    p_values    text[],
    p_is_masked boolean
)
    RETURNS jsonb
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
AS $$
BEGIN
    RETURN coalesce(to_jsonb(CASE WHEN p_is_masked THEN c360.mask_value(p_values) ELSE p_values END), '[]');
END;
$$;

COMMENT ON FUNCTION c360._shown_values(text[], boolean) IS
    'A list of identifier values, masked if their type is.';
