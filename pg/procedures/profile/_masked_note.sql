-- What a person wrote about a decision as people may see it: the masked values of the observations it is about are hidden in
-- it, should somebody have copied one. Where nobody knows any more whom it was about, all of it is hidden.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._masked_note(
    p_tenant          text,
    p_note            text,
    p_raw_profile_ids bigint[]
)
    RETURNS text
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_note text := p_note;
    v_word text;
BEGIN
    IF p_note = '' THEN
        RETURN p_note;
    END IF;

    IF p_raw_profile_ids = '{}' THEN
        RETURN '****';
    END IF;

    FOREACH v_word IN ARRAY c360._masked_words(p_tenant, p_raw_profile_ids) LOOP
        v_note := replace(v_note, v_word, '****');
    END LOOP;
    RETURN v_note;
END;
$$;

COMMENT ON FUNCTION c360._masked_note(text, text, bigint[]) IS
    'What a person wrote about a decision, without the masked values of the observations it is about.';
