-- The currency that the words before and behind an amount say: the stated one, else the default one, where all of them may mean it;
-- else, where none is stated, the only one that all may mean, and USD where that is for the dollar sign alone. NULL for words that
-- are not understood or contradict. Without words the stated currency, else the default one. Pure.

CREATE OR REPLACE FUNCTION c360._currency_beside(
    p_words   text[],
    p_stated  text,
    p_default text
)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
AS $$
DECLARE
    v_usual text := coalesce(p_stated, p_default);
    v_codes text[];
BEGIN
    IF p_stated = 'XXX' OR btrim(array_to_string(p_words, '')) = '' THEN
        RETURN v_usual;
    END IF;

    SELECT array_agg(every.code ORDER BY every.place)
    INTO v_codes
    FROM (
        SELECT
            likely.code,
            min(likely.place) AS place
        FROM (
            SELECT
                count(*) OVER () AS word_count,
                part.word
            FROM unnest(p_words) AS said (words)
            -- US $ is one sign, CAD $ are two.
            CROSS JOIN LATERAL regexp_split_to_table(
                CASE WHEN c360._currencies_of(replace(said.words, ' ', '')) <> '{}' THEN replace(said.words, ' ', '') ELSE said.words END, ' +'
            ) AS part (word)
            WHERE part.word <> ''
        ) AS named
        CROSS JOIN LATERAL unnest(c360._currencies_of(named.word)) WITH ORDINALITY AS likely (code, place)
        GROUP BY likely.code
        HAVING count(*) = min(named.word_count)
    ) AS every;

    RETURN CASE
        WHEN v_usual = ANY (v_codes) THEN v_usual
        WHEN p_stated IS NULL AND (cardinality(v_codes) = 1 OR v_codes[1] = 'USD') THEN v_codes[1]
    END;
END;
$$;

COMMENT ON FUNCTION c360._currency_beside(text[], text, text) IS
    'The currency that words beside an amount say; NULL where they contradict or are not understood.';
