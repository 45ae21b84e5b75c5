-- A text with digits of other scripts (Arabic, Persian, Devanagari, Thai) as those of ASCII. Full-width ones are those of
-- c360._fold_forms(). Raises nothing. In SQL, so that it becomes part of the expression that calls it.

CREATE OR REPLACE FUNCTION c360._plain_digits(p_text text)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT translate(p_text, '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९๐๑๒๓๔๕๖๗๘๙', repeat('0123456789', 4))
$$;

COMMENT ON FUNCTION c360._plain_digits(text) IS
    'A text with plain digits instead of those of other scripts.';
