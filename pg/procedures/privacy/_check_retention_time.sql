-- Refuses to remove as of a moment that has not come: it would remove what is to be kept until then. A dry run may look ahead.
-- Refuses a step of no size, which would never come to an end. Reads only.
-- Raises: U4430 retention_invalid

CREATE OR REPLACE FUNCTION c360._check_retention_time(
    p_at      timestamptz,
    p_dry_run boolean,
    p_limit   integer
)
    RETURNS void
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_at IS NULL OR NOT isfinite(p_at) OR (p_at > clock_timestamp() AND p_dry_run IS NOT TRUE) THEN
        RAISE EXCEPTION 'nothing can be removed as of %', coalesce(p_at::text, 'no time')
            USING ERRCODE = 'U4430',
                  HINT = 'Leave the time out for now; only a dry run may look into the future.';
    END IF;

    IF p_limit IS NULL OR p_limit NOT BETWEEN 1 AND 100000 THEN
        RAISE EXCEPTION 'a step of % rows is not possible', coalesce(p_limit::text, 'NULL')
            USING ERRCODE = 'U4430',
                  HINT = 'A step removes 1 to 100000 rows.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_retention_time(timestamptz, boolean, integer) IS
    'Refuses to remove as of a moment that has not come, and steps of no size.';
