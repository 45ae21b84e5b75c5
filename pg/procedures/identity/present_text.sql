-- Text as a person or a system meant it: NFC, no blanks of any kind around it, without marks of format and without what a
-- spreadsheet puts around a value ('0912, ="0912"); NULL for what stands for no value: the words that mean absence, the errors of a
-- spreadsheet, a template that nobody filled in. Joiners stay, they shape letters and emoji. Raises nothing.

CREATE OR REPLACE FUNCTION c360.present_text(p_text text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    -- All signs of control are blanks.
    v_blanks constant text := E' \x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0B\f\r\x0E\x0F\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1A\x1B\x1C\x1D\x1E\x1F\x7F';
    v_text            text := p_text;
BEGIN
    IF octet_length(v_text) <> length(v_text) THEN
        v_text := normalize(
            translate(
                v_text,
                U&'\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\2800\3000\3164\FFA0\FFFC'
                    '\00AD\034F\061C\180E\200B\200E\200F\202A\202B\202C\202D\202E\2060\2061\2062\2063\2064\2065\2066\2067\2068\2069\206A\206B\206C\206D\206E\206F\FEFF\FFF9\FFFA\FFFB',
                repeat(' ', 23)
            ),
            NFC
        );
        v_text := btrim(v_text, v_blanks || U&'\200C\200D');
    ELSE
        v_text := btrim(v_text, v_blanks);
    END IF;

    -- A spreadsheet takes what begins with one of these for a number or a formula, and programs that write for it prevent that.
    IF v_text ~ '^''[0-9+=@-]' THEN
        v_text := ltrim(substr(v_text, 2), v_blanks);
    END IF;
    IF v_text ~ '^=".*"$' THEN
        v_text := btrim(replace(substr(v_text, 3, length(v_text) - 3), '""', '"'), v_blanks);
    END IF;

    IF v_text ~ '^[{$%*<#]' AND v_text ~ (
        '^(\{\{.*\}\}|\{%.*%\}|\$\{.*\}|%%[^%]+%%|%[A-Za-z][A-Za-z0-9_.]*%|\*\|.*\|\*|<%.*%>|#N/?[AVD]!?|#[A-Z0-9/_]{2,16}[!?]|#+)$'
    ) THEN
        RETURN NULL;
    ELSIF length(v_text) > 20 THEN
        RETURN v_text;
    END IF;

    -- A word in ASCII must not begin as c360._is_plain() wants it.
    RETURN CASE
        WHEN c360._in_small_letters(v_text) IN (
            '', '-', '--', '---', '.', '...', '?', '_', 'null', '(null)', '<null>', '[null]', '\n', 'nil', 'none', '(none)', '<none>',
            '[none]', 'n/a', '(n/a)', '<na>', 'n.a.', 'nan', '(nan)', 'undefined', '(undefined)', '[undefined]', '(not set)', '(empty)',
            '(blank)', 'not set', 'not available', 'not applicable', 'not provided', 'not specified', 'no data', 'nicht angegeben',
            'nicht vorhanden', 'no disponible', 'non disponible', 'non renseigné', 'não informado', '[object object]', 'không có',
            'chưa có', 'không rõ', 'không có dữ liệu', 'нет данных', 'не указано', 'не указан', 'не указана', 'не задано', '无', '無',
            '暂无', '未填写', '未提供', '未知', '不明', '不详', 'なし', '未設定', '未入力', '없음', '미입력', 'ไม่มี', 'ไม่ระบุ', 'غير متوفر'
        ) THEN NULL
        ELSE v_text
    END;
END;
$$;

COMMENT ON FUNCTION c360.present_text(text) IS
    'Trimmed NFC text without marks of format; NULL for empty text, words such as null or n/a, and templates nobody filled in.';
