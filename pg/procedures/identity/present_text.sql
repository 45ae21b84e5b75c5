-- Text as a person or a system meant it: NFC, no white space around it, and NULL for the words that mean absence.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360.present_text(p_text text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_text text := p_text;
BEGIN
    -- Byte order mark, zero-width characters and no-break space travel with copied text and mean nothing.
    IF octet_length(v_text) <> length(v_text) THEN
        v_text := normalize(translate(v_text, U&'\00A0\FEFF\200B\200C\200D', ' '), NFC);
    END IF;
    v_text := btrim(v_text, E' \t\r\n\f\x0B');

    IF length(v_text) > 15 THEN
        RETURN v_text;
    END IF;

    RETURN CASE
        WHEN lower(v_text) IN (
            '', '-', '--', '---', '.', '...', '?', '_', 'null', '(null)', '<null>', '[null]', '\n', 'nil', 'none', 'n/a', '#n/a', '<na>',
            'n.a.', 'nan', 'undefined', 'not available', 'not provided', '[object object]', 'không có'
        ) THEN NULL
        ELSE v_text
    END;
END;
$$;

COMMENT ON FUNCTION c360.present_text(text) IS
    'Trimmed NFC text; NULL for empty text and for words such as null, none, n/a, undefined.';
