-- The functions that the people of every tenant call, made from c360.function_rights and the catalogue: for each shared function
-- that takes a tenant and that people may call, one of the same name without the tenant. Reads only.
--   taken_by: reader, writer or admin
--   arguments, result: as CREATE FUNCTION spells them
--   definition: CREATE and COMMENT for format(definition, schema, tenant)
-- The tenant stands in the text, so EXECUTE alone decides who reaches it. A shared function whose first argument is p_schema
-- reads tables on behalf of its caller, and must not do so with borrowed rights: it runs as the caller, and so does this one.

CREATE OR REPLACE FUNCTION c360._tenant_functions()
    RETURNS TABLE (
        function_name name,
        taken_by      text,
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
        granted.taken_by,
        own.arguments,
        own.result,
        format(
            E'CREATE OR REPLACE FUNCTION %%1$I.%s(%s)\n    RETURNS %s\n    LANGUAGE plpgsql\n    %s\n    %s\n'
                '    SET search_path = pg_catalog, pg_temp\nAS $body$\nBEGIN\n    %s\nEND;\n$body$;\n'
                'COMMENT ON FUNCTION %%1$I.%s IS %s;\n',
            quote_ident(shared.proname),
            replace(own.arguments, '%', '%%'),
            replace(own.result, '%', '%%'),
            CASE shared.provolatile WHEN 's' THEN 'STABLE' WHEN 'i' THEN 'IMMUTABLE' ELSE 'VOLATILE' END,
            CASE WHEN shared.proargnames[1] = 'p_tenant' THEN 'SECURITY DEFINER' ELSE 'SECURITY INVOKER' END,
            CASE
                WHEN shared.prorettype = 'void'::regtype THEN 'PERFORM ' || own.call
                WHEN shared.proretset THEN 'RETURN QUERY SELECT * FROM ' || own.call
                WHEN shared.prorettype = 'record'::regtype THEN 'SELECT * INTO ' || own.outputs || ' FROM ' || own.call
                ELSE 'RETURN ' || own.call
            END || ';',
            quote_ident(shared.proname),
            replace(quote_literal(obj_description(shared.oid, 'pg_proc')), '%', '%%')
        )
    FROM c360.function_rights AS granted
    JOIN pg_proc AS shared
        ON shared.pronamespace = 'c360'::regnamespace
        AND shared.proname = granted.function_name
    CROSS JOIN LATERAL (
        SELECT
            regexp_replace(pg_get_function_arguments(shared.oid), '^[^,]+(, )?', '') AS arguments,
            pg_get_function_result(shared.oid) AS result,
            format(
                'c360.%I(%s)',
                shared.proname,
                concat_ws(
                    ', ',
                    CASE WHEN shared.proargnames[1] = 'p_tenant' THEN '%2$L' ELSE '%1$L' END,
                    (
                        SELECT string_agg(quote_ident(argument.name), ', ' ORDER BY argument.number)
                        FROM unnest(shared.proargnames) WITH ORDINALITY AS argument (name, number)
                        WHERE argument.number BETWEEN 2 AND shared.pronargs
                    )
                )
            ) AS call,
            (
                SELECT string_agg(quote_ident(argument.name), ', ' ORDER BY argument.number)
                FROM unnest(shared.proargnames) WITH ORDINALITY AS argument (name, number)
                WHERE argument.number > shared.pronargs
            ) AS outputs
    ) AS own
    WHERE granted.schema_name = 'c360'
      AND granted.taken_by IN ('reader', 'writer', 'admin')
      AND shared.proargnames[1] IN ('p_tenant', 'p_schema');
$$;

COMMENT ON FUNCTION c360._tenant_functions() IS
    'The functions every tenant has for its people, as text to create them from.';
