-- A linter over the catalogue: whoever has more rights than c360 gives, and what could lend rights to somebody. Changes nothing.
-- Answers one row per finding, none when all is well. For the owner of c360 alone.

CREATE OR REPLACE FUNCTION c360.doctor_security()
    RETURNS TABLE (level text, subject text, finding text, remedy text)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT found.*
    FROM (
        SELECT * FROM c360._security_roles()
        UNION ALL
        SELECT * FROM c360._security_relations()
        UNION ALL
        SELECT * FROM c360._security_functions()
    ) AS found
    ORDER BY
        found.level,
        found.subject,
        found.finding;
$$;

COMMENT ON FUNCTION c360.doctor_security() IS
    'Rights that are more than c360 gives, and what could lend rights to somebody; one row per finding, level is error or warning.';
