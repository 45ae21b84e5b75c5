-- Whether a word is known to be a given name somewhere: one of _given_names(), or Chinese in Latin letters (Xiaoming, Weiping). Takes
-- a word of c360.normalise_name(). Raises nothing.

CREATE OR REPLACE FUNCTION c360._is_given_name(p_word text)
    RETURNS boolean
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    c_pinyin constant text := '(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])(iang|iong|uang|iao|ian|ing|ang|eng|ong|uai|uan|ai|ei|ao|ou|an|en|ia|ie|iu|in|ua|uo|ui|un|ue|a|e|i|o|u)';
BEGIN
    RETURN strpos(c360._given_names(), ' ' || p_word || ' ') > 0
        -- Words such as Susan can be read as two such syllables: one has to be Chinese alone.
        OR p_word ~ '(^|[aeioun]g?)(x|zh|q[iu])|[aeiu]ng|iao|[jlmntd]ian|[bdfghlmnpwz]ei'
            AND p_word ~ ('^(' || c_pinyin || '){2}$');
END;
$$;

COMMENT ON FUNCTION c360._is_given_name(text) IS
    'Whether a word is known to be a given name.';
