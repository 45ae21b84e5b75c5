-- Findings about the server and the roles. Safe to repeat; reads only.

CREATE OR REPLACE FUNCTION c360._doctor_server(p_now timestamptz)
    RETURNS TABLE (level text, subject text, finding text, remedy text)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        'warning',
        'roles',
        format('Role %s does not exist.', wanted.role_name),
        'Install again as a role with CREATEROLE; until then everybody works as the owner.'
    FROM unnest(ARRAY[
        'c360_owner', 'c360_gateway', 'c360_relay', 'c360_worker', 'c360_reader', 'c360_writer', 'c360_admin'
    ]) AS wanted (role_name)
    WHERE to_regrole(wanted.role_name) IS NULL

    UNION ALL
    SELECT
        'error',
        'rights',
        format('Role %s, which owns c360, lacks rights on database %s: no tenant can be made. A dump that was restored without --create leaves them behind.',
               pg_get_userbyid(shared.nspowner), current_database()),
        format('As the owner of the database: GRANT CREATE, TEMPORARY ON DATABASE %I TO %I; or run: c360 db install',
               current_database(), pg_get_userbyid(shared.nspowner))
    FROM pg_namespace AS shared
    WHERE shared.nspname = 'c360'
      AND NOT (
          has_database_privilege(shared.nspowner, current_database(), 'CREATE')
          AND has_database_privilege(shared.nspowner, current_database(), 'TEMPORARY')
      )

    UNION ALL
    SELECT
        'error',
        'settings',
        format('%s is off: events that were answered with success can be lost in a crash.', setting.name),
        format('Set %s = on.', setting.name)
    FROM pg_settings AS setting
    WHERE setting.name IN ('fsync', 'full_page_writes', 'synchronous_commit')
      AND setting.setting = 'off'

    UNION ALL
    SELECT
        'warning',
        'transactions',
        format('Session %s has had a transaction open since %s (%s).',
               activity.pid, activity.xact_start, coalesce(nullif(activity.application_name, ''), 'no name')),
        format('It holds back cleaning and the relay: SELECT pg_terminate_backend(%s);', activity.pid)
    FROM pg_stat_activity AS activity
    WHERE activity.datname = current_database()
      AND activity.backend_type = 'client backend'
      AND activity.xact_start < p_now - interval '10 minutes'

    UNION ALL
    SELECT
        'warning',
        'transactions',
        format('Prepared transaction "%s" has been waiting since %s.', prepared.gid, prepared.prepared),
        format('COMMIT PREPARED %1$L; or ROLLBACK PREPARED %1$L;', prepared.gid)
    FROM pg_prepared_xacts AS prepared
    WHERE prepared.database = current_database()
      AND prepared.prepared < p_now - interval '10 minutes'

    UNION ALL
    SELECT
        'error',
        'transactions',
        format('The oldest row of this database is %s transactions old; at 2 billion PostgreSQL stops.',
               age(shop.datfrozenxid)),
        'Find out what keeps autovacuum from finishing, then run VACUUM (FREEZE).'
    FROM pg_database AS shop
    WHERE shop.datname = current_database()
      AND age(shop.datfrozenxid) > 1000000000

    UNION ALL
    SELECT
        'warning',
        'notifications',
        format('The notification queue is %s %% full.', round(pg_notification_queue_usage() * 100)),
        'A listening session has a transaction open for long; end it.'
    WHERE pg_notification_queue_usage() > 0.5;
$$;

COMMENT ON FUNCTION c360._doctor_server(timestamptz) IS 'Findings of c360.doctor() about the server and the roles.';
