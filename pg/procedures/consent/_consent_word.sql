-- What a value says where an answer is expected: yes, no, granted or denied, in the words of touchpoints, tables, spreadsheets and mailing
-- systems of several languages; NULL when it is none of them. A column about objections needs the difference: "Opted out: no" is no objection,
-- "Opted out: unsubscribed" is one. Pure.

CREATE OR REPLACE FUNCTION c360._consent_word(p_value jsonb)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        -- What nearly all say, without the cost of the rest.
        WHEN p_value #>> '{}' IN ('true', 'yes', '1') THEN 'yes'
        WHEN p_value #>> '{}' IN ('false', 'no', '0') THEN 'no'
        WHEN p_value #>> '{}' = '' THEN NULL
        ELSE (
            SELECT CASE
                WHEN said.word IN (
                    'true', 'yes', 'y', 't', '1', '1.0', 'on', 'ja', 'j', 'oui', 'sí', 'sì', 'si', 'sim', 'tak', 'да', 'có', 'co', '是', 'はい', '예', '네',
                    'wahr', 'vrai', 'verdadero', 'verdadeiro', 'vero', 'waar', 'prawda', 'истина', 'đúng'
                ) THEN 'yes'
                WHEN said.word IN (
                    'false', 'no', 'n', 'f', '0', '0.0', 'off', 'nein', 'non', 'não', 'nao', 'nee', 'nej', 'nei', 'nie', 'нет', 'không', 'khong', '否', 'いいえ',
                    '아니요', 'falsch', 'faux', 'falso', 'onwaar', 'fałsz', 'ложь', 'sai'
                ) THEN 'no'
                WHEN said.word IN ('granted', 'allowed', 'accepted', 'agreed', 'optin', 'optedin', 'subscribed') THEN 'granted'
                WHEN said.word IN (
                    'denied', 'withdrawn', 'refused', 'declined', 'revoked', 'disallowed', 'notallowed', 'optout', 'optedout', 'notoptedin', 'unsubscribed',
                    'notsubscribed', 'nonsubscribed', 'cleaned', 'redacted', 'donotcontact', 'donotemail', 'donotcall'
                ) THEN 'denied'
            END
            FROM (SELECT translate(c360._in_small_letters(c360.present_text(p_value #>> '{}')), E' -_!\'"', '') AS word) AS said
        )
    END
    WHERE jsonb_typeof(p_value) IN ('boolean', 'string', 'number');
$$;

COMMENT ON FUNCTION c360._consent_word(jsonb) IS
    'What a value says where an answer is expected: yes, no, granted or denied.';
