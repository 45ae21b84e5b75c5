-- What of a tenant is read row by row over HTTP, by those who may read golden records: views for people, in which masked values are
-- masked, so that a condition on one tells no more than the view shows. The keys order the rows that nobody asked an order of;
-- where it is one, a reader can go on after the last row it has. The one list; columns are those of the catalogue. Pure.

CREATE OR REPLACE FUNCTION c360._readable_relations()
    RETURNS TABLE (relation text, keys text[])
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    VALUES
        ('cdp_profiles', '{master_profile_id}'::text[]),
        ('cdp_profile_identifiers', '{master_profile_id,identifier_type,value}'),
        ('cdp_profile_events', '{event_id}'),
        ('cdp_sessions', '{entry_event_id}'),
        ('cdp_rfm', '{master_profile_id}');
$$;

COMMENT ON FUNCTION c360._readable_relations() IS
    'Views of a tenant that are read over HTTP, with the columns that order them.';
