-- The currency a shop states for an order or refund: three letters as they are, a sign such as € by what it stands for (the
-- default of the tenant where that is among several); XXX for what is not understood, NULL when nothing is stated. Raises nothing.

CREATE OR REPLACE FUNCTION c360._stated_currency(
    p_value   jsonb,
    p_default text
)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN said.word IS NULL THEN CASE WHEN NOT c360._says_nothing(p_value) THEN 'XXX' END
        WHEN said.word ~ '^[A-Za-z]{3}$' THEN upper(said.word COLLATE "C")
        WHEN p_default = ANY (c360._currencies_of(said.word)) THEN p_default
        WHEN cardinality(c360._currencies_of(said.word)) = 1 OR said.word = '$' THEN (c360._currencies_of(said.word))[1]
        ELSE 'XXX'
    END
    FROM (SELECT c360.present_text(c360._scalar(p_value)) AS word) AS said;
$$;

COMMENT ON FUNCTION c360._stated_currency(jsonb, text) IS
    'The currency of an order as stated; XXX when it is not understood, NULL when none is.';
