-- Makes the number of an identity card, passport or tax payer comparable: c360.normalise_id() in capital letters, without dots,
-- dashes and slashes, which people write or leave out. Raises nothing.

CREATE OR REPLACE FUNCTION c360.normalise_document(p_value text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
BEGIN
    RETURN nullif(regexp_replace(upper(c360.normalise_id(p_value) COLLATE c360.letters), '[-./]', '', 'g'), '');
END;
$$;

COMMENT ON FUNCTION c360.normalise_document(text) IS
    'Comparable form of the number of a document; NULL when it is absent.';
