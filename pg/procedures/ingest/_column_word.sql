-- The name of a column for comparing spellings: without case, blanks and punctuation, and without the time zone that some systems add:
-- "Create Date (GMT+7)" is createdate. Raises nothing.

CREATE OR REPLACE FUNCTION c360._column_word(p_name text)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT c360._bare_name(regexp_replace(
        p_name, '\s*\(((GMT|UTC(?=[+-]))[^)]*|([ECMPHAN]|AK|A[CEW]|NZ)[SD]T|BST|[CEW]ES?T|[HIJKPS]KT|[IJK]ST|SGT|ICT|MSK)\)\s*$', ''
    ));
$$;

COMMENT ON FUNCTION c360._column_word(text) IS
    'The name of a column without case, blanks and punctuation.';
