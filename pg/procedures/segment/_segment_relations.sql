-- What conditions of segments and expressions of traits may read in the schema of a tenant, and of it which columns; NULL for all that are not masked. The
-- one list of what their role is granted. Pure.

CREATE OR REPLACE FUNCTION c360._segment_relations()
    RETURNS TABLE (relation text, columns text[])
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    VALUES
        ('cdp_profiles', NULL::text[]),
        ('cdp_metrics', NULL),
        ('cdp_traits', NULL),
        ('cdp_event_properties', '{master_profile_id,event_name,occurred_at,properties}'),
        ('cdp_profile_links', '{raw_profile_id,master_profile_id}'),
        ('cdp_activity', '{raw_profile_id,event_name,first_at,last_at,event_count}'),
        ('cdp_behavioral_events', '{raw_profile_id,event_name,occurred_at}'),
        ('cdp_segment_members', '{segment,master_profile_id}');
$$;

COMMENT ON FUNCTION c360._segment_relations() IS
    'Relations and columns of a tenant that conditions of segments may read.';
