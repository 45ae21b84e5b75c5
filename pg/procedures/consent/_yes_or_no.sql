-- Reads a yes or no as touchpoints and tables write it; NULL when it is neither. Pure.

CREATE OR REPLACE FUNCTION c360._yes_or_no(p_value jsonb)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE c360._consent_word(p_value)
        WHEN 'yes' THEN true
        WHEN 'granted' THEN true
        WHEN 'no' THEN false
        WHEN 'denied' THEN false
    END;
$$;

COMMENT ON FUNCTION c360._yes_or_no(jsonb) IS
    'A yes or no in any of the ways it is written; NULL when it is neither.';
