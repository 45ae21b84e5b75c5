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
    v_sign  text;
    v_parts text[];
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
        v_text := translate(c360._plain_digits(c360._fold_forms(normalize(v_text, NFKC))), '’٫٬', '''.,');
    END IF;
    -- 5,- and 5.-- have no cents, nor has 5/-.
    v_text := regexp_replace(v_text, '([0-9])/-+(?![0-9])', '\1');
    v_text := regexp_replace(v_text, '([0-9][.,])-+(?![0-9])', '\100');
    -- Brackets around a number, with its currency or without, are a minus.
    IF v_text ~ '^[^()0-9+-]*\([^()+-]*[0-9][^()+-]*\)[^()0-9+-]*$' THEN
        v_text := '-' || translate(v_text, '()', '');
    END IF;
    v_parts := regexp_match(v_text, '^([-+]?) ?([^-+0-9()]*)([-+]?) ?([0-9](?:[0-9., '']*[0-9])?) ?([^-+0-9()]*)([-+]?)$');
    v_sign := v_parts[1] || v_parts[3] || v_parts[6];
    IF v_parts IS NULL OR length(v_sign) > 1 THEN
        RETURN;
    END IF;

    currency := c360._currency_beside(ARRAY[v_parts[2], v_parts[5]], p_stated, p_default);
    amount := c360._decimal(v_parts[4], c360._decimals_in_use(currency)) * CASE v_sign WHEN '-' THEN -1 ELSE 1 END;
    IF amount IS NULL OR currency IS NULL THEN
        amount := NULL;
        currency := NULL;
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._read_amount(jsonb, text, text) IS
    'An amount as sent, in major units, with its currency; NULL when it cannot be read.';
