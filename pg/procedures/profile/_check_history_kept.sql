-- Says so when the version of a golden record at a moment was removed by retention: it existed then, and its first version is
-- not in the history any more. Otherwise it did not exist yet, and nothing happens. Trusts the search_path. Reads only.
-- Raises: U2410 history_not_kept

CREATE OR REPLACE FUNCTION c360._check_history_kept(
    p_master_profile_id uuid,
    p_at                timestamptz
)
    RETURNS void
    LANGUAGE plpgsql
    STABLE
AS $$
#variable_conflict use_variable
DECLARE
    v_kept_from timestamptz;
BEGIN
    SELECT history.valid_from
    INTO v_kept_from
    FROM cdp_profile_history AS history
    JOIN cdp_master_profiles AS profile ON profile.master_profile_id = history.master_profile_id
    WHERE history.master_profile_id = p_master_profile_id
      AND history.version > 1
      AND profile.created_at <= p_at
      AND NOT EXISTS (
          SELECT
          FROM cdp_profile_history AS first
          WHERE first.master_profile_id = p_master_profile_id
            AND first.version = 1
      )
    ORDER BY history.version
    LIMIT 1;

    IF v_kept_from IS NOT NULL THEN
        RAISE EXCEPTION 'the history of profile "%" is not kept as far back as %', p_master_profile_id, p_at
            USING ERRCODE = 'U2410',
                  DETAIL = format('It begins at %s: what was before was removed by the retention of the tenant.', v_kept_from),
                  HINT = 'Ask for a later moment, or look at retention() of the tenant.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_history_kept(uuid, timestamptz) IS
    'Tells a past that was removed by retention from one in which the golden record did not exist.';
