-- Which of these names are one person's: the number of a person for each, the same for names that lead to each other by going
-- together (_names_go_together). A name that goes with two which do not go together, and both say more than it does, leads nowhere: "An
-- Nguyen" does not make Nguyen Van An and Nguyen Thi An one. It is the person's with whose names alone it goes, and NULL where they are
-- several persons'. More is said with more words, and with a word instead of an initial. Names are distinct; a number
-- is the place of a name of that person. Raises nothing.

CREATE OR REPLACE FUNCTION c360._named_persons(
    p_given  text[],
    p_family text[],
    p_days   date[]
)
    RETURNS integer[]
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_count  integer := coalesce(cardinality(p_given), 0);
    v_person integer[] := ARRAY(SELECT generate_series(1, v_count));
    -- How much each name says: letters of initials count nothing, a word counts one.
    v_said   integer[] := ARRAY(
        SELECT (
            SELECT count(*) FROM unnest(string_to_array(concat_ws(' ', name.given, name.family), ' ')) AS word WHERE length(word) > 1
        )::integer
        FROM unnest(p_given, p_family) WITH ORDINALITY AS name (given, family, place)
        ORDER BY name.place
    );
    -- The first place with the same words: what goes together without days need not be compared for each day.
    v_first  integer[] := ARRAY(
        SELECT min(name.place) OVER (PARTITION BY name.given COLLATE "C", name.family COLLATE "C")::integer
        FROM unnest(p_given, p_family) WITH ORDINALITY AS name (given, family, place)
        ORDER BY name.place
    );
    v_near   boolean[] := array_fill(false, ARRAY[v_count * v_count]);
    v_alike  boolean[] := v_near;
    v_pair   integer;
    v_leads  boolean[] := array_fill(true, ARRAY[v_count]);
    v_known  boolean[] := array_fill(false, ARRAY[v_count]);
    v_met    integer[];
    v_apart  boolean := false;
BEGIN
    FOR i IN 1 .. v_count LOOP
        FOR j IN i + 1 .. v_count LOOP
            v_pair := (v_first[i] - 1) * v_count + v_first[j];
            IF v_first[i] = i AND v_first[j] = j THEN
                v_alike[v_pair] := c360._names_go_together(p_given[i], p_family[i], NULL, p_given[j], p_family[j], NULL);
                v_alike[(j - 1) * v_count + i] := v_alike[v_pair];
            END IF;
            IF v_first[i] = v_first[j] OR v_alike[v_pair]
                OR p_days[i] IS NOT NULL AND p_days[j] IS NOT NULL AND c360._names_go_together(p_given[i], p_family[i], p_days[i], p_given[j], p_family[j], p_days[j])
            THEN
                v_near[(i - 1) * v_count + j] := true;
                v_near[(j - 1) * v_count + i] := true;
            ELSE
                v_apart := true;
            END IF;
        END LOOP;
    END LOOP;
    IF NOT v_apart THEN
        RETURN array_fill(1, ARRAY[v_count]);
    END IF;

    FOR i IN 1 .. v_count LOOP
        v_met := '{}';
        FOR j IN 1 .. v_count LOOP
            CONTINUE WHEN NOT v_near[(i - 1) * v_count + j] OR v_said[j] <= v_said[i];
            v_leads[i] := v_leads[i] AND NOT EXISTS (SELECT FROM unnest(v_met) AS met (name) WHERE NOT v_near[(met.name - 1) * v_count + j]);
            v_met := v_met || j;
        END LOOP;
    END LOOP;

    -- Names that lead on first, then the others among themselves where they go with none of those.
    v_person := c360._chained_names(v_person, v_near, v_leads);
    FOR i IN 1 .. v_count LOOP
        CONTINUE WHEN v_leads[i];
        v_met := ARRAY(SELECT DISTINCT v_person[j] FROM generate_series(1, v_count) AS j WHERE v_leads[j] AND v_near[(i - 1) * v_count + j]);
        CONTINUE WHEN v_met = '{}';
        v_person[i] := CASE WHEN cardinality(v_met) = 1 THEN v_met[1] END;
        v_known[i] := true;
    END LOOP;
    RETURN c360._chained_names(v_person, v_near, ARRAY(SELECT NOT v_leads[i] AND NOT v_known[i] FROM generate_series(1, v_count) AS i ORDER BY i));
END;
$$;

COMMENT ON FUNCTION c360._named_persons(text[], text[], date[]) IS
    'Which names are one person''s, as a number for each; NULL where a name may be several persons''.';
