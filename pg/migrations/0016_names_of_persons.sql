-- Why: names keep persons apart who share an address or a phone number; a name travels with the day of birth beside it.
-- Lock: creates a type and drops a function; milliseconds.

CREATE TYPE c360.said_name AS (
    given_name  text,
    family_name text,
    birth_date  date
);
COMMENT ON TYPE c360.said_name IS 'A name that observations say, with the day of birth beside it: handed between functions.';
COMMENT ON COLUMN c360.said_name.given_name IS 'Given name, in the form of cdp_standard_profiles.';
COMMENT ON COLUMN c360.said_name.family_name IS 'Family name, in the form of cdp_standard_profiles.';
COMMENT ON COLUMN c360.said_name.birth_date IS 'Day of birth, where one is said.';

-- Takes names as well.
DROP FUNCTION IF EXISTS c360._protected_partition(
    integer, integer[], integer[], integer[], integer[], integer[], integer[], date[], integer[], integer[], integer,
    integer[], integer[], integer[]
);

-- Takes the verdict as well.
DROP FUNCTION IF EXISTS c360._pair_bits(real);
