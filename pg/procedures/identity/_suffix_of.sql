-- What tells father and son apart in a name: jr, sr, ii, iii or iv; '' without one. Takes given and family name in the form of
-- c360.normalise_name(). Raises nothing.

CREATE OR REPLACE FUNCTION c360._suffix_of(
    p_given  text,
    p_family text
)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT coalesce(substring(concat_ws(' ', p_given, p_family) FROM ' (jr|sr|ii|iii|iv)(?: |$)'), '')
$$;

COMMENT ON FUNCTION c360._suffix_of(text, text) IS
    'Jr., Sr. and the like in a name; empty without one.';
