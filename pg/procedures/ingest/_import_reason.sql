-- The sentence for each reason to refuse a row of an import. The codes are rows of errors.csv.

CREATE OR REPLACE FUNCTION c360._import_reason(p_code text)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE p_code
        WHEN 'U1431' THEN 'the row cannot be read: not as many fields as the header, or no JSON object'
        WHEN 'U1432' THEN 'the row holds something no database text can hold: \u0000, half a surrogate pair, or a number beyond all bounds'
        WHEN 'U1433' THEN 'the row has neither an identifier nor a trait'
        WHEN 'U1434' THEN 'the time of the row is none, or is not between 1900 and tomorrow'
        WHEN 'U1435' THEN 'a key or identifier of the row has more than 500 characters'
        WHEN 'U1436' THEN 'the row is larger than 32 KB'
        WHEN 'U1437' THEN 'the row has no key'
        WHEN 'U1438' THEN 'another row of this import has the same key'
        WHEN 'U1439' THEN 'an attribute cannot hold the value of the row'
        WHEN 'U1440' THEN 'the source named by the row is not a valid name'
    END;
$$;

COMMENT ON FUNCTION c360._import_reason(text) IS
    'Why a row of an import was refused, in words.';
