-- The digits of a phone number, a plus in front where it was written with its country code. NULL for text that is no number,
-- and for several numbers in one field, which c360._repeated_phone() reads. Raises nothing.

CREATE OR REPLACE FUNCTION c360._phone_text(p_value text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_text text := p_value;
BEGIN
    IF v_text !~ '^[+]?[0-9][0-9 -]*$' THEN
        -- Digits of other scripts; what a spreadsheet put around.
        v_text := c360._plain_digits(lower(c360._fold_forms(c360.present_text(v_text)) COLLATE "C"));
        -- An apostrophe of a spreadsheet may be closed, too.
        v_text := regexp_replace(translate(v_text, '[]', '()'), '^[=''‘’"`\s]+|[''‘’"\s]+$', '', 'g');
        -- What the number is, before it or in brackets behind it.
        v_text := regexp_replace(v_text, '^(p|t|m|tel|telephone|telefon|telefono|phone|mobile|mobil|movil|móvil|handy|cell?|celular|gsm|sms|callto|whatsapp|zalo|viber|hotline|di động|s?[đĐd]t)\s*[.:]*\s*(?=[+0-9(])', '');
        -- tel:0171-2345678;phone-context=+49
        v_text := regexp_replace(v_text, '^([0-9().-]+);phone-context=([+][0-9-]+)$', '\2\1');
        v_text := regexp_replace(v_text, '\s*\([^()0-9]{1,30}\)$', '');
        v_text := regexp_replace(v_text, '\s*(;\s*ext=|ext\.?|extension|x|#)\s*[0-9]{1,6}$', '');
        -- A spreadsheet took the number for one to reckon with.
        v_text := regexp_replace(v_text, '^([+]?[0-9]{6,})[.]0{1,2}$', '\1');
        v_text := regexp_replace(v_text, '^[(]?[+]+', '+');
    END IF;
    IF length(v_text) > 40
        OR v_text !~ '^[+]?[0-9 (][0-9 ().,/;|-]*$'
        -- What is dialled before the country code counts for no digits of the first number.
        OR regexp_replace(v_text, '^0(0|11)', '') ~ '([0-9][^0-9]*){5}[;,|]([^0-9]*[0-9]){5}|([0-9][^0-9]*){7}(/| - )([^0-9]*[0-9]){5}'
    THEN
        RETURN NULL;
    END IF;

    -- +44 (0)20 ...: the trunk prefix in brackets is for callers at home.
    IF starts_with(v_text, '+') THEN
        v_text := replace(v_text, '(0)', '');
    END IF;
    RETURN translate(v_text, ' ().,/;|-', '');
END;
$$;

COMMENT ON FUNCTION c360._phone_text(text) IS
    'Digits of a phone number, with a plus in front where it has its country code; NULL for no number and for several.';
