-- An e-mail address or phone number out of a trait: the value itself, or of an object that says several ({"mobile": "0912...",
-- "home": ...}) the one that is most a person's own. NULL where there is none. Raises nothing.

CREATE OR REPLACE FUNCTION c360._contact(p_value jsonb)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE jsonb_typeof(p_value)
        WHEN 'object' THEN (
            SELECT c360._scalar(item.value)
            FROM unnest(ARRAY[
                'value', 'number', 'address', 'primary', 'main', 'default', 'mobile', 'cell', 'personal', 'private', 'home', 'work', 'office',
                'business', 'landline'
            ]) WITH ORDINALITY AS known (name, rank)
            JOIN jsonb_each(p_value) AS item (name, value) ON c360._bare_name(item.name) = known.name
            WHERE jsonb_typeof(item.value) IN ('string', 'number')
            ORDER BY
                known.rank,
                item.name COLLATE "C"
            LIMIT 1
        )
        ELSE c360._scalar(p_value)
    END;
$$;

COMMENT ON FUNCTION c360._contact(jsonb) IS
    'The e-mail address or phone number in a trait, which may be an object of several.';
