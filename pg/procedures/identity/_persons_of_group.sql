-- The persons that a group of records names, each once: those of the names in the list of places in p_held that begins at p_first. A name that
-- may mean several persons, and a day without a name, are none. For _protected_partition(). Raises nothing.

CREATE OR REPLACE FUNCTION c360._persons_of_group(
    p_first     integer,
    p_held      integer[],
    p_next      integer[],
    p_person_of integer[],
    p_given     text[],
    p_family    text[]
)
    RETURNS integer[]
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_node    integer := p_first;
    v_person  integer;
    v_persons integer[] := '{}';
BEGIN
    WHILE v_node <> 0 LOOP
        v_person := p_person_of[p_held[v_node]];
        IF v_person > 0 AND NOT v_person = ANY (v_persons) AND coalesce(p_given[v_person], p_family[v_person]) IS NOT NULL THEN
            v_persons := v_persons || v_person;
        END IF;
        v_node := p_next[v_node];
    END LOOP;
    RETURN ARRAY(SELECT person FROM unnest(v_persons) AS person ORDER BY person);
END;
$$;

COMMENT ON FUNCTION c360._persons_of_group(integer, integer[], integer[], integer[], text[], text[]) IS
    'Persons that a group of records names.';
