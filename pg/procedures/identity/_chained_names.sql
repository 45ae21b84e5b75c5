-- The persons of names, where those that may lead to others (p_leads) are one person's with each name of their kind that they go
-- with: p_near[(i - 1) * n + j] says so of names i and j. Others keep their person. For _named_persons(). Raises nothing.

CREATE OR REPLACE FUNCTION c360._chained_names(
    p_person integer[],
    p_near   boolean[],
    p_leads  boolean[]
)
    RETURNS integer[]
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_count integer := cardinality(p_person);
BEGIN
    FOR i IN 1 .. v_count LOOP
        CONTINUE WHEN NOT p_leads[i];
        FOR j IN 1 .. i - 1 LOOP
            IF p_leads[j] AND p_near[(i - 1) * v_count + j] AND p_person[i] <> p_person[j] THEN
                p_person := array_replace(p_person, greatest(p_person[i], p_person[j]), least(p_person[i], p_person[j]));
            END IF;
        END LOOP;
    END LOOP;
    RETURN p_person;
END;
$$;

COMMENT ON FUNCTION c360._chained_names(integer[], boolean[], boolean[]) IS
    'Persons of names that lead to each other.';
