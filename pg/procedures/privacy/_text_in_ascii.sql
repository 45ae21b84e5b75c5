-- A text in ASCII alone, as senders write it: 'json' with \u00fc for a letter, 'url' with %c3%bc and %40; in small letters.
-- Pure.

CREATE OR REPLACE FUNCTION c360._text_in_ascii(p_text text, p_way text)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE STRICT
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT string_agg(
        CASE
            WHEN p_way = 'json' AND ascii(letter.one) BETWEEN 128 AND 65535 THEN '\u' || lpad(to_hex(ascii(letter.one)), 4, '0')
            WHEN p_way = 'url' AND (ascii(letter.one) > 127 OR letter.one IN ('@', '+')) THEN
                regexp_replace(encode(convert_to(letter.one, 'UTF8'), 'hex'), '(..)', '%\1', 'g')
            ELSE letter.one
        END,
        ''
        ORDER BY letter.place
    )
    FROM regexp_split_to_table(p_text, '') WITH ORDINALITY AS letter (one, place);
$$;

COMMENT ON FUNCTION c360._text_in_ascii(text, text) IS
    'A text as JSON or an address writes it with ASCII alone.';
