-- The text of what is no event: members called ip are emptied, unless the tenant keeps addresses whole. It may be no JSON, or JSON in a
-- string, so names count however they are quoted or escaped; where no end of a list or object is found, all behind it goes.
-- Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360._text_with_kept_ip(p_text text, p_rule text)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_rule = 'keep' OR p_text !~ '(?:i|u0069)(?:p|\\+u0070)' THEN p_text
        ELSE regexp_replace(
            regexp_replace(
                p_text,
                '((?:^|[^[:alnum:]_$-])(?:i|\\+u0069)(?:p|\\+u0070)[\\"'']*\s*:\s*)'
                -- A string, one inside of a string, a list or object with up to two levels in it, or a bare word.
                '(?:"(?:[^"\\]|\\.)*"?|\\+["''][^"''\\]*\\*["'']?|''[^'']*''?|[^][{},"''\\\s]+'
                '|[[{](?:"(?:[^"\\]|\\.)*"|[^][{}"]|[[{](?:"(?:[^"\\]|\\.)*"|[^][{}"]|[[{](?:"(?:[^"\\]|\\.)*"|[^][{}"])*[]}])*[]}])*[]}])',
                '\1null',
                'g'
            ),
            '((?:^|[^[:alnum:]_$-])(?:i|\\+u0069)(?:p|\\+u0070)[\\"'']*\s*:\s*)[[{].*$',
            '\1null'
        )
    END;
$$;

COMMENT ON FUNCTION c360._text_with_kept_ip(text, text) IS
    'The text of a refused event without its IP address.';
