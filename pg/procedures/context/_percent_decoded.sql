-- Text of a query with its escapes read: %C3%A9 is é, + a blank. Bytes that are no UTF-8, and %00, become U+FFFD; a % that
-- begins no escape stays. Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360._percent_decoded(p_text text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
BEGIN
    IF strpos(p_text, '%') = 0 THEN
        RETURN replace(p_text, '+', ' ');
    END IF;

    RETURN (
        SELECT convert_from(
            decode(
                string_agg(
                    CASE WHEN length(sign.bytes[1]) > 2 OR sign.bytes[1] ~ '^(0[1-9a-f]|[1-7])' THEN sign.bytes[1] ELSE 'efbfbd' END,
                    '' ORDER BY sign.position
                ),
                'hex'
            ),
            'UTF8'
        )
        FROM (
            SELECT string_agg(
                CASE
                    WHEN piece.found[1] ~ '^%.' THEN lower(substr(piece.found[1], 2))
                    ELSE encode(convert_to(piece.found[1], 'UTF8'), 'hex')
                END,
                '' ORDER BY piece.position
            ) AS bytes
            FROM regexp_matches(replace(p_text, '+', ' '), '%[0-9A-Fa-f]{2}|[^%]+|%', 'g') WITH ORDINALITY AS piece (found, position)
        ) AS written
        -- A character of UTF-8, or any other byte: whole bytes are taken, so each match begins with one.
        CROSS JOIN LATERAL regexp_matches(
            written.bytes,
            '(?:c[2-9a-f]|d.)[89ab].|e0[ab].[89ab].|(?:e[1-9a-cef]|ed(?=[89]))[89ab].[89ab].'
            '|(?:f0(?=[9ab])|f[1-3]|f4(?=8))[89ab].[89ab].[89ab].|..',
            'g'
        ) WITH ORDINALITY AS sign (bytes, position)
    );
END;
$$;

COMMENT ON FUNCTION c360._percent_decoded(text) IS
    'Text of a query with its escapes read; what is no UTF-8 becomes U+FFFD.';
