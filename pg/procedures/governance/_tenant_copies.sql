-- The functions that every tenant has a copy of, because they run for every request: a plan belongs to a search_path, so one text for
-- all tenants would be planned anew whenever two of them alternate on a connection. The shared one is the text and nothing else; the
-- copies call each other, without a schema. What runs over large batches stays shared. A copy that has a path of its own gets the
-- schema of the tenant into it: it is how one gets in. definition is a format with the schema as its first argument.

CREATE OR REPLACE FUNCTION c360._tenant_copies()
    RETURNS TABLE (
        function_name name,
        arguments     text,
        result        text,
        definition    text
    )
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        shared.proname,
        pg_get_function_identity_arguments(shared.oid),
        pg_get_function_result(shared.oid),
        replace(
            replace(
                replace(pg_get_functiondef(shared.oid), '%', '%%'),
                format('FUNCTION c360.%I(', shared.proname),
                format('FUNCTION %%1$I.%I(', shared.proname)
            ),
            $sql$SET search_path TO 'pg_catalog', 'pg_temp'$sql$,
            $sql$SET search_path TO 'pg_catalog', %1$L, 'pg_temp'$sql$
        ) || format(
            E';\nREVOKE ALL ON FUNCTION %%1$I.%I(%s) FROM PUBLIC;\nCOMMENT ON FUNCTION %%1$I.%I(%s) IS %s;\n',
            shared.proname,
            pg_get_function_identity_arguments(shared.oid),
            shared.proname,
            pg_get_function_identity_arguments(shared.oid),
            replace(quote_literal(obj_description(shared.oid, 'pg_proc')), '%', '%%')
        )
    FROM pg_proc AS shared
    WHERE shared.pronamespace = 'c360'::regnamespace
      AND shared.proname IN (
          '_ingest_requests', '_ingest_events', '_record_events', '_hold_off_erasure', '_erased_event_key',
          '_observe', '_refuse_suppressed', '_count_activity', '_record_consents', '_note_consents', '_queue_observations',
          '_publish_events'
      );
$$;

COMMENT ON FUNCTION c360._tenant_copies() IS
    'The functions that every tenant has a copy of, as text to create them from.';
