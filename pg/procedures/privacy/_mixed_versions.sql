-- Versions of the golden records of others that say something of the person: they name an identifier of theirs, or they are of
-- a time when both were one record, before a split. Never the version that is in force, which is made of other observations.
-- Trusts the search_path. Reads only, raises nothing.

CREATE OR REPLACE FUNCTION c360._mixed_versions(p_person c360.person)
    RETURNS TABLE (master_profile_id uuid, version integer)
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH parted AS (
        SELECT
            (own.reason ->> 'from_profile_id')::uuid AS other_id,
            own.valid_from AS until,
            coalesce(
                (
                    SELECT max(joined.valid_from)
                    FROM cdp_profile_history AS joined
                    WHERE joined.master_profile_id = own.master_profile_id
                      AND joined.change = 'absorbed'
                      AND joined.valid_from < own.valid_from
                ),
                '-infinity'
            ) AS since
        FROM cdp_profile_history AS own
        WHERE own.master_profile_id = ANY (p_person.master_profile_ids)
          AND own.change = 'split'
          AND own.reason ? 'from_profile_id'
    )
    SELECT
        told.master_profile_id,
        told.version
    FROM cdp_profile_history AS told
    JOIN cdp_master_profiles AS golden ON golden.master_profile_id = told.master_profile_id
    WHERE told.master_profile_id <> ALL (p_person.master_profile_ids)
      AND told.version < golden.version
      AND (
          c360._names_person(told.profile::text, p_person.texts)
          OR EXISTS (
              SELECT
              FROM parted
              WHERE parted.other_id = told.master_profile_id
                AND told.valid_from >= parted.since
                AND told.valid_from < parted.until
          )
      );
END;
$$;

COMMENT ON FUNCTION c360._mixed_versions(c360.person) IS
    'Past versions of other golden records in which the person is.';
