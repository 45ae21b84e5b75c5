-- One text out of the texts of several columns, in their order; NULL where none says anything. Pure.

CREATE OR REPLACE FUNCTION c360._import_joined(VARIADIC p_values jsonb[])
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT to_jsonb(nullif(string_agg(btrim(part.value #>> '{}'), ' ' ORDER BY part.place), ''))
    FROM unnest(p_values) WITH ORDINALITY AS part (value, place)
    WHERE btrim(part.value #>> '{}') <> '';
$$;

COMMENT ON FUNCTION c360._import_joined(jsonb[]) IS
    'The texts of several columns as one.';
