-- Adds a segment of a tenant or changes it, the row given whole. Answers whether anything changed; safe to repeat. The condition is
-- checked and compiled by the next sync; c360 segment create does both at once.
-- Raises: U3302 segment_condition_invalid for a row that cannot be right; U4404 and U4423 of the tenant

CREATE OR REPLACE FUNCTION c360.set_segment(
    p_tenant         text,
    p_segment        text,
    p_condition      text,
    p_title          text DEFAULT '',
    p_description    text DEFAULT '',
    p_status         text DEFAULT 'active'
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_before timestamptz;
    v_first  boolean;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    SELECT
        known.changed_at,
        known.notifies_first
    INTO
        v_before,
        v_first
    FROM c360.segments AS known
    WHERE known.tenant = p_tenant
      AND known.segment = p_segment;

    PERFORM c360._apply_segments(p_tenant, jsonb_build_array(jsonb_build_object(
        'segment', p_segment,
        'title', p_title,
        'description', p_description,
        'condition', p_condition,
        'status', p_status,
        'notifies_first', coalesce(v_first, false)
    )));

    RETURN EXISTS (
        SELECT
        FROM c360.segments AS known
        WHERE known.tenant = p_tenant
          AND known.segment = p_segment
          AND (v_before IS NULL OR known.changed_at <> v_before)
    );
END;
$$;

COMMENT ON FUNCTION c360.set_segment(text, text, text, text, text, text) IS
    'Adds or changes a segment; in force after the next sync. Returns whether anything changed.';
