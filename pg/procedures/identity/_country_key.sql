-- A name of a country without accents, capitals, blanks and punctuation: what c360._country_names() is asked for. Says the
-- same under every locale. Raises nothing.

CREATE OR REPLACE FUNCTION c360._country_key(p_name text)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
    SELECT regexp_replace(
        translate(
            c360._in_small_letters(normalize(regexp_replace(normalize(p_name, NFKD), U&'[\0300-\036F]', '', 'g'), NFC)),
            'đðøłßæœıþ',
            'ddolsaoip'
        ),
        U&'[\0001-/:-@\005B-`{-\00BF\02B0-\02FF\2000-\206F\3000-\3004\3008-\303F\30FB]', '', 'g'
    )
$$;

COMMENT ON FUNCTION c360._country_key(text) IS
    'Comparable form of the name of a country.';
