-- Which attributes the latest edit of a golden record by a person changed, as a JSON list. Trusts the search_path.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._edited_attributes(p_master_profile_id uuid)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
BEGIN
    RETURN coalesce(
        (
            SELECT history.reason -> 'changed'
            FROM cdp_profile_history AS history
            WHERE history.master_profile_id = p_master_profile_id
              AND history.change = 'edited'
            ORDER BY history.version DESC
            LIMIT 1
        ),
        '[]'
    );
END;
$$;

COMMENT ON FUNCTION c360._edited_attributes(uuid) IS
    'Attributes that the latest edit of a golden record changed.';
