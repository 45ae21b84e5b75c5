-- Text of an identifier in the forms of ASCII: full-width letters, digits and signs as plain ones, each dash as -, without
-- joiners. Case and letters of other scripts stay. Raises nothing.

CREATE OR REPLACE FUNCTION c360._fold_forms(p_text text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
BEGIN
    IF octet_length(p_text) = length(p_text) THEN
        RETURN p_text;
    END IF;
    RETURN translate(
        p_text,
        '！＂＃＄％＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［＼］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～'
            || U&'\058A\05BE\1400\1806\2010\2011\2012\2013\2014\2015\2212\2E17\2E1A\2E3A\2E3B\2E40\301C\3030\30A0\FE31\FE32\FE58\FE63'
            || U&'\200C\200D\FE0E\FE0F',
        '!"#$%&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~' || repeat('-', 23)
    );
END;
$$;

COMMENT ON FUNCTION c360._fold_forms(text) IS
    'Text with plain letters, digits and dashes instead of full-width ones.';
