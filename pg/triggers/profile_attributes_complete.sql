-- An attribute that says nothing of where its values are sent gets what a file of metadata would give it: its name in camelCase and as it is.

CREATE OR REPLACE FUNCTION c360.tg_profile_attributes_complete()
    RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_first CONSTANT text := split_part(NEW.attribute, '_', 1);
    v_camel text;
BEGIN
    -- As the file does it: behind the first word every letter is large that follows none.
    SELECT v_first || coalesce(
        string_agg(CASE WHEN spelt.before ~ '[a-z]' THEN spelt.letter ELSE upper(spelt.letter) END, '' ORDER BY spelt.place)
            FILTER (WHERE spelt.letter <> '_'),
        ''
    )
    INTO v_camel
    FROM (
        SELECT rest.letter, rest.place, lag(rest.letter) OVER (ORDER BY rest.place) AS before
        FROM string_to_table(substr(NEW.attribute, length(v_first) + 1), NULL) WITH ORDINALITY AS rest (letter, place)
    ) AS spelt;

    NEW.trait_paths := CASE WHEN v_camel = NEW.attribute THEN ARRAY[v_camel] ELSE ARRAY[v_camel, NEW.attribute] END;
    RETURN NEW;
END;
$$;

COMMENT ON FUNCTION c360.tg_profile_attributes_complete() IS
    'Gives a new attribute without trait paths its name in camelCase and as it is.';

CREATE OR REPLACE TRIGGER profile_attributes_complete
    BEFORE INSERT ON c360.profile_attributes
    FOR EACH ROW
    WHEN (NEW.maintained_by = 'traits' AND NEW.trait_paths = '{}')
    EXECUTE FUNCTION c360.tg_profile_attributes_complete();
