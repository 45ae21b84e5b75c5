-- Makes a phone number comparable: E.164 with the country of the tenant where the number says none.
-- 0912 345 678, +84 912 345 678, 84912345678 and 0084912345678 are one number for VN. An extension is dropped.
-- Text that is no plausible number gives NULL: better no identifier than one that joins strangers. Raises nothing.

CREATE OR REPLACE FUNCTION c360.normalise_phone(
    p_value   text,
    p_country text
)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_plan             text[];
    v_text             text := p_value;
    v_digits           text;
    v_is_international boolean := false;
BEGIN
    IF c360._is_plain_phone(p_value) THEN
        RETURN p_value;
    END IF;
    v_plan := c360._phone_plan(p_country);

    -- Most numbers are digits and what people put between them, perhaps with a plus in front; the others are taken apart.
    IF left(v_text, 1) = '+' AND strpos(v_text, '(') = 0 THEN
        v_is_international := true;
        v_text := substr(v_text, 2);
    END IF;
    IF length(v_text) <= 40 AND v_text ~ '^[0-9(][0-9 ().,/-]*$' THEN
        v_digits := translate(v_text, ' -().,/', '');
    ELSE
        v_text := translate(lower(c360.present_text(p_value)), '０１２３４５６７８９＋－（）', '0123456789+-()');
        v_text := regexp_replace(v_text, '^tel:', '');
        v_text := regexp_replace(v_text, '\s*(;ext=|ext\.?|extension|x|#)\s*[0-9]{1,6}$', '');
        IF length(v_text) > 40 OR v_text !~ '^[+0-9(][-+0-9 ().,/]*$' THEN
            RETURN NULL;
        END IF;

        -- +44 (0)20 ...: the trunk prefix in brackets is for callers at home.
        v_is_international := v_text ~ '^[(]?[+]';
        IF v_is_international THEN
            v_text := regexp_replace(v_text, '\(0\)', '');
        END IF;
        v_digits := regexp_replace(v_text, '[^0-9]', '', 'g');
    END IF;

    IF NOT v_is_international AND (starts_with(v_digits, '00') OR starts_with(v_digits, v_plan[5])) THEN
        IF starts_with(v_digits, v_plan[5]) AND substr(v_digits, length(v_plan[5]) + 1, 1) <> '0' THEN
            v_is_international := true;
            v_digits := substr(v_digits, length(v_plan[5]) + 1);
        ELSIF starts_with(v_digits, '00') AND substr(v_digits, 3, 1) <> '0' THEN
            v_is_international := true;
            v_digits := substr(v_digits, 3);
        END IF;
    END IF;

    IF NOT v_is_international THEN
        v_digits := CASE
            WHEN v_plan[2] <> '' AND starts_with(v_digits, v_plan[2])
                AND length(v_digits) - length(v_plan[2]) BETWEEN v_plan[3]::integer AND v_plan[4]::integer
                THEN v_plan[1] || substr(v_digits, length(v_plan[2]) + 1)
            WHEN starts_with(v_digits, v_plan[1])
                AND length(v_digits) - length(v_plan[1]) BETWEEN v_plan[3]::integer AND v_plan[4]::integer
                THEN v_digits
            WHEN (left(v_digits, 1) <> '0' OR v_plan[1] = '39')
                AND length(v_digits) BETWEEN v_plan[3]::integer AND v_plan[4]::integer
                THEN v_plan[1] || v_digits
        END;
    END IF;

    -- +84 0912...: somebody put the country code before the national form. +52 1 55...: so were mobiles of Mexico dialled once.
    IF strpos(v_digits, '0') IN (2, 3, 4) THEN
        v_digits := regexp_replace(
            v_digits,
            '^(27|3[1-3]|353|4[1346]|49|55|6[0-46]|8[1246]|85[56]|886|9[01]|966|971)0',
            '\1'
        );
    ELSIF starts_with(v_digits, '521') AND length(v_digits) = 13 THEN
        v_digits := '52' || substr(v_digits, 4);
    END IF;

    RETURN CASE WHEN left(v_digits, 1) <> '0' AND length(v_digits) BETWEEN 7 AND 15 THEN '+' || v_digits END;
END;
$$;

COMMENT ON FUNCTION c360.normalise_phone(text, text) IS
    'Phone number as E.164, read with the numbering plan of an ISO country; NULL when the text is no plausible number.';
