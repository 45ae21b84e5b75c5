-- A campaign out of the members of an object that have these names: source, medium, name, term, content, id. Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360._campaign_of(p_object jsonb, p_names text[])
    RETURNS c360.campaign
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
AS $$
BEGIN
    RETURN ROW(
        c360._shown_text(p_object -> p_names[1]),
        c360._shown_text(p_object -> p_names[2]),
        c360._shown_text(p_object -> p_names[3]),
        c360._shown_text(p_object -> p_names[4]),
        c360._shown_text(p_object -> p_names[5]),
        c360._shown_text(p_object -> p_names[6]),
        NULL,
        NULL
    )::c360.campaign;
END;
$$;

COMMENT ON FUNCTION c360._campaign_of(jsonb, text[]) IS
    'A campaign out of the members of an object that have these names.';
