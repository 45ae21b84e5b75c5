-- Whether a word is a syllable as Vietnamese names are made of, where another letter is another name. Takes a word of
-- c360.normalise_name() with y as i. Raises nothing.

CREATE OR REPLACE FUNCTION c360._is_syllable(p_word text)
    RETURNS boolean
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
BEGIN
    RETURN p_word ~ (
        '^(b|ch?|d|gh?|gi|h|kh?|l|m|n|ngh?|nh|ph?|qu|r|s|t|th|tr|v|x)?'
        '((a|e|i|o|u|ie|oa|oe|ua|ue|ui|uie|uo)(ch?|m|ng?|nh|p|t)?|ai|ao|au|eo|eu|ia|ieu|iu|oai|oi|uai|uia|uoi|uou|uu)$'
    );
END;
$$;

COMMENT ON FUNCTION c360._is_syllable(text) IS
    'Whether a word is a syllable as Vietnamese names are made of.';
