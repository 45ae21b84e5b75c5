-- Reads an amount as a shop sent it: a JSON number, or a text such as 12.50, $5.00, 1.234.567 ₫, 12 EUR, 1 234,50 or (5.00), which is
-- negative. Amount and currency are NULL for what cannot be read: words, 1e9, separators that have two readings (c360._decimal()), and a
-- sign that is not of the stated currency. An amount without a sign is in the stated currency, else in the default one.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._read_amount(
    p_value       jsonb,
    p_stated      text,
    p_default     text,
    OUT amount    numeric,
    OUT currency  text
)
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
AS $$
DECLARE
    v_text  text;
    v_parts text[];
    v_words text[];
BEGIN
    IF jsonb_typeof(p_value) = 'number' THEN
        amount := p_value::numeric;
        currency := coalesce(p_stated, p_default);
        RETURN;
    ELSIF jsonb_typeof(p_value) IS DISTINCT FROM 'string' OR length(p_value #>> '{}') > 100 THEN
        RETURN;
    END IF;

    v_text := p_value #>> '{}';
    IF v_text ~ '^[0-9]{1,20}([.][0-9]{1,2})?$' THEN
        amount := v_text::numeric;
        currency := coalesce(p_stated, p_default);
        RETURN;
    END IF;

    v_text := c360.present_text(v_text);
    IF octet_length(v_text) <> length(v_text) THEN
        v_text := translate(c360._fold_forms(normalize(v_text, NFKC)), '’', '''');
    END IF;
    -- 5,- and 5.-- have no cents.
    v_text := regexp_replace(v_text, '([0-9])[.,]-+', '\1');
    v_parts := regexp_match(v_text, '^(\(?[-+]?) ?([^-+0-9()]*)([-+]?) ?([0-9](?:[0-9., '']*[0-9])?) ?([^-+0-9()]*)([-+]?\)?)$');
    IF v_parts IS NULL OR (v_parts[1] LIKE '(%') <> (v_parts[6] LIKE '%)') THEN
        RETURN;
    END IF;

    currency := coalesce(p_stated, p_default);
    v_words := array_remove(ARRAY[btrim(v_parts[2], ' '), btrim(v_parts[5], ' ')], '');
    IF v_words <> '{}' THEN
        SELECT CASE
            WHEN bool_and(currency = ANY (c360._currencies_of(named.word))) OR p_stated = 'XXX' THEN currency
            WHEN p_stated IS NULL AND count(DISTINCT likely.codes[1]) = 1 AND bool_and(cardinality(likely.codes) = 1 OR named.word = '$')
                THEN min(likely.codes[1])
        END
        INTO currency
        FROM unnest(v_words) AS named (word)
        CROSS JOIN LATERAL (SELECT c360._currencies_of(named.word) AS codes) AS likely;
    END IF;

    amount := c360._decimal(v_parts[4], c360._currency_exponent(currency))
        * CASE WHEN v_parts[1] || v_parts[3] || v_parts[6] ~ '[-(]' THEN -1 ELSE 1 END;
    IF amount IS NULL OR currency IS NULL THEN
        amount := NULL;
        currency := NULL;
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._read_amount(jsonb, text, text) IS
    'An amount as sent, in major units, with its currency; NULL when it cannot be read.';
