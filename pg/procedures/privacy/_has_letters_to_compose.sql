-- Whether one of these texts has a letter beyond ASCII, which others may have written in two parts. Pure.

CREATE OR REPLACE FUNCTION c360._has_letters_to_compose(p_texts text[])
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT octet_length(array_to_string(p_texts, '')) > length(array_to_string(p_texts, ''));
$$;

COMMENT ON FUNCTION c360._has_letters_to_compose(text[]) IS
    'Whether texts have letters that can be written in two ways.';
