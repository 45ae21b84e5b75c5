-- Findings about the work of each tenant. Safe to repeat; reads only.

CREATE OR REPLACE FUNCTION c360._doctor_tenants(p_now timestamptz)
    RETURNS TABLE (level text, subject text, finding text, remedy text)
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant record;
BEGIN
    FOR v_tenant IN
        SELECT
            listed.tenant,
            listed.schema_name,
            EXISTS (
                SELECT
                FROM pg_namespace AS own
                JOIN pg_namespace AS shared ON shared.nspname = 'c360' AND shared.nspowner <> own.nspowner
                WHERE own.nspname = listed.schema_name
            ) AS is_of_somebody_else
        FROM c360.tenants AS listed
        ORDER BY listed.tenant
    LOOP
        IF v_tenant.is_of_somebody_else THEN
            RETURN QUERY VALUES (
                'error',
                format('tenant %s', v_tenant.tenant),
                format('Schema %s belongs to somebody else.', v_tenant.schema_name),
                format('Have it renamed by its owner, then: c360 tenant sync %s', v_tenant.tenant)
            );
            CONTINUE;
        END IF;

        IF to_regclass(format('%I.cdp_resolution_queue', v_tenant.schema_name)) IS NULL THEN
            RETURN QUERY VALUES (
                'error',
                format('tenant %s', v_tenant.tenant),
                format('Schema %s has no tables.', v_tenant.schema_name),
                format('Run: c360 tenant sync %s', v_tenant.tenant)
            );
            CONTINUE;
        END IF;

        RETURN QUERY EXECUTE format(
            $query$
                SELECT
                    'warning',
                    'tenant ' || %1$L,
                    format('%%s observations wait for resolution, the oldest since %%s.',
                           count(*), min(queued.enqueued_at)),
                    'Check that "c360 worker" runs and what it logs.'
                FROM %2$I.cdp_resolution_queue AS queued
                HAVING min(queued.enqueued_at) < $1 - interval '10 minutes'
            $query$,
            v_tenant.tenant, v_tenant.schema_name
        ) USING p_now;

        RETURN QUERY EXECUTE format(
            $query$
                SELECT
                    'warning',
                    'tenant ' || %1$L,
                    format('%%s observations or golden records could not be resolved (SQLSTATE %%s).',
                           count(*), string_agg(DISTINCT failure.code, ', ' ORDER BY failure.code)),
                    'Read why in ' || %2$L || '.cdp_resolution_failures, remove the cause, then: '
                        || format('SELECT %%I.retry_resolution()', %2$L)
                FROM %2$I.cdp_resolution_failures AS failure
                HAVING count(*) > 0
            $query$,
            v_tenant.tenant, v_tenant.schema_name
        );

        RETURN QUERY EXECUTE format(
            $query$
                SELECT
                    'warning',
                    'tenant ' || %1$L,
                    format('%%s events were refused in the last day, %%s a day in the week before; most of them for %%s, from %%s.',
                           fresh.event_count, fresh.former_count / 7, fresh.code, fresh.source),
                    'Look at them, correct their sender, then redrive or discard them: ' || format('c360 events rejected summary %%s', %1$L)
                FROM (
                    SELECT
                        count(*) FILTER (WHERE rejected.received_at > $1 - interval '1 day') AS event_count,
                        count(*) FILTER (WHERE rejected.received_at <= $1 - interval '1 day') AS former_count,
                        mode() WITHIN GROUP (ORDER BY rejected.code)
                            FILTER (WHERE rejected.received_at > $1 - interval '1 day') AS code,
                        mode() WITHIN GROUP (ORDER BY rejected.source)
                            FILTER (WHERE rejected.received_at > $1 - interval '1 day') AS source
                    FROM %2$I.cdp_rejected_events AS rejected
                    WHERE rejected.received_at > $1 - interval '8 days'
                ) AS fresh
                WHERE fresh.event_count >= 100
                  AND fresh.event_count * 7 > fresh.former_count * 2
            $query$,
            v_tenant.tenant, v_tenant.schema_name
        ) USING p_now;

        -- A tenant that has not been synced since an upgrade has none.
        CONTINUE WHEN to_regclass(format('%I.cdp_segment_states', v_tenant.schema_name)) IS NULL;

        RETURN QUERY EXECUTE format(
            $query$
                SELECT
                    'warning',
                    'tenant ' || %1$L,
                    format('Segment %%s is %%s, its members stay as they were: %%s.', state.segment, state.status, state.problem),
                    CASE state.status
                        WHEN 'broken' THEN format('Give it another condition: c360 segment set %%s %%s --where "..."', %1$L, state.segment)
                        ELSE format('Give it a condition that fits every value, or correct the value, then: c360 segment refresh %%s', %1$L)
                    END
                FROM %2$I.cdp_segment_states AS state
                WHERE state.status IN ('broken', 'failed')
                ORDER BY state.segment
            $query$,
            v_tenant.tenant, v_tenant.schema_name
        );
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._doctor_tenants(timestamptz) IS 'Findings of c360.doctor() about the work of each tenant.';
