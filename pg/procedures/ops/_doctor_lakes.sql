-- Findings about lakes: those that a worker could not bring up to date, and those that none looks after. Safe to repeat; reads only.

CREATE OR REPLACE FUNCTION c360._doctor_lakes(p_now timestamptz)
    RETURNS TABLE (level text, subject text, finding text, remedy text)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        'warning',
        format('tenant %s', lake.tenant),
        CASE
            WHEN lake.problem IS NOT NULL THEN format('Its lake could not be brought up to date: %s.', rtrim(lake.problem, '.'))
            ELSE 'No worker looks after its lake: persons who were erased are not taken out of it.'
        END,
        CASE
            WHEN lake.problem IS NOT NULL THEN format('See what it says now: c360 lake export %s', lake.tenant)
            ELSE format('Run "c360 worker" without C360_WORKER_LAKE=false, or once a day: c360 lake export %s', lake.tenant)
        END
    FROM c360.lakes AS lake
    JOIN c360.tenants AS owner
        ON owner.tenant = lake.tenant
        AND owner.status = 'active'
    WHERE lake.problem IS NOT NULL
       OR greatest(lake.visited_at, lake.held_at, lake.set_at) < p_now - interval '2 days';
$$;

COMMENT ON FUNCTION c360._doctor_lakes(timestamptz) IS 'Findings of c360.doctor() about lakes.';
