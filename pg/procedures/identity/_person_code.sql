-- A person as coarsely as a name tells, for counting and comparing: bits 48 and up are the first letters of given and family
-- name, whichever stands first, so that typing errors, spellings and swapped names make no other person; bits 24 to 47 are
-- the first three letters of either. Without a name the day of birth stands for both. 0: nothing is said about a person.
-- Takes normalised names. Raises nothing.

CREATE OR REPLACE FUNCTION c360._person_code(
    p_given_name  text,
    p_family_name text,
    p_birth_date  date
)
    RETURNS bigint
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_given_name <> '' AND p_family_name <> '' THEN
            (1 + (hashtextextended(
                least(left(p_given_name, 1) COLLATE "C", left(p_family_name, 1) COLLATE "C")
                || greatest(left(p_given_name, 1) COLLATE "C", left(p_family_name, 1) COLLATE "C"), 0
            ) & 16383) << 48)
            | ((hashtextextended(
                least(left(p_given_name, 3) COLLATE "C", left(p_family_name, 3) COLLATE "C") || ' '
                || greatest(left(p_given_name, 3) COLLATE "C", left(p_family_name, 3) COLLATE "C"), 0
            ) & 16777215) << 24)
        WHEN p_birth_date IS NOT NULL THEN
            (1 + (hashtextextended((p_birth_date - '0001-01-01'::date)::text COLLATE "C", 0) & 16383) << 48)
            | ((hashtextextended((p_birth_date - '0001-01-01'::date)::text COLLATE "C", 0) & 16777215) << 24)
        ELSE 0
    END;
$$;

COMMENT ON FUNCTION c360._person_code(text, text, date) IS
    'Coarse and fine code of the person a name or a day of birth tells; 0 without either.';
