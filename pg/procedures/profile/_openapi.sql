-- What the HTTP surface takes and answers, as OpenAPI 3.1, made from the comments in the catalogue. Without a tenant: what
-- keys may send; p_kind agent: what those of agents may do instead; with a tenant, which is for secret keys, also what they may read. Reads only.

CREATE OR REPLACE FUNCTION c360._openapi(p_tenant text, p_kind text)
    RETURNS json
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH endpoint AS (
        SELECT
            function.proname::text AS name,
            obj_description(function.oid, 'pg_proc') AS description
        FROM pg_proc AS function
        WHERE function.pronamespace = 'c360_v1'::regnamespace
          AND function.pronargs = 1
          AND function.proargtypes[0] = 'json'::regtype
          AND function.proname NOT IN ('outcome', 'agent_context')
          AND p_kind IS DISTINCT FROM 'agent'
    ),
    schema AS (
        SELECT
            made.relation,
            made.description,
            made.definition
        FROM c360._openapi_schemas(p_tenant) AS made
    ),
    readable AS (
        SELECT
            '/' || schema.relation AS path,
            schema.relation,
            schema.description,
            '[]'::jsonb AS own_parameters
        FROM schema
        UNION ALL
        SELECT
            '/rpc/list_profiles',
            schema.relation,
            obj_description(to_regprocedure('c360.list_profiles(text, text, jsonb)'), 'pg_proc'),
            '[{"name": "p_search", "in": "query", "description": "Words that begin words of a name.", "schema": {"type": "string"}}]'
        FROM schema
        WHERE schema.relation = 'cdp_profiles'
    ),
    path AS (
        SELECT
            prefix || endpoint.name AS name,
            json_build_object('post', json_build_object(
                'operationId', endpoint.name || replace(prefix, '/', '_'),
                'summary', endpoint.description,
                'tags', json_build_array('events'),
                'requestBody', json_build_object('required', true, 'content', json_build_object(
                    'application/json', json_build_object('schema', json_build_object(
                        '$ref', '#/components/schemas/' || CASE
                            WHEN endpoint.name IN ('batch', 'import') THEN 'batch'
                            WHEN endpoint.name = 'consent' THEN 'consent'
                            ELSE 'event'
                        END
                    ))
                )),
                'responses', '{"200": {"$ref": "#/components/responses/taken"}, "204": {"description": "Taken; Prefer: return=minimal"},'
                    ' "default": {"$ref": "#/components/responses/error"}}'::json
            )) AS operations
        FROM endpoint
        CROSS JOIN unnest(ARRAY['/v1/', '/rpc/']) AS prefix
        UNION ALL
        SELECT
            '/rpc/profile',
            json_object_agg(asked.method, jsonb_build_object(
                'operationId', asked.operation,
                'summary', obj_description(to_regprocedure('c360_v1.profile(text, text)'), 'pg_proc'),
                'tags', json_build_array('reads'),
                'responses', '{"200": {"description": "A golden record", "content": {"application/json": {"schema": {"type": "object"}}}},'
                    ' "default": {"$ref": "#/components/responses/error"}}'::json
            ) || asked.question)
        FROM (
            VALUES
                ('get', 'profile', '{"parameters": [{"name": "p_identifier_type", "in": "query", "required": true, "schema": {"type": "string"}},'
                    ' {"name": "p_value", "in": "query", "required": true, "schema": {"type": "string"}}]}'::jsonb),
                ('post', 'profile_by_body', '{"requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object",'
                    ' "required": ["p_identifier_type", "p_value"],'
                    ' "properties": {"p_identifier_type": {"type": "string"}, "p_value": {"type": "string"}}}}}}}')
        ) AS asked (method, operation, question)
        HAVING p_tenant IS NOT NULL
        UNION ALL
        SELECT
            '/rpc/outcome',
            json_build_object('post', json_build_object(
                'operationId', 'outcome',
                'summary', obj_description(to_regprocedure('c360_v1.outcome(json)'), 'pg_proc'),
                'tags', json_build_array('activation'),
                'requestBody', '{"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/outcome"}}}}'::json,
                'responses', '{"200": {"description": "Kept", "content": {"application/json": {"schema": {"type": "object", "properties": {'
                    '"activation_id": {"type": "string", "format": "uuid"}, "profile_id": {"type": "string", "format": "uuid"},'
                    ' "outcome": {"type": "string"}, "is_new": {"type": "boolean"}}}}}},'
                    ' "default": {"$ref": "#/components/responses/error"}}'::json
            ))
        WHERE p_kind IN ('secret', 'agent')
        UNION ALL
        SELECT
            asked.path,
            json_build_object('post', json_build_object(
                'operationId', asked.operation,
                'summary', obj_description(to_regprocedure('c360_v1.agent_context(json)'), 'pg_proc'),
                'tags', json_build_array('agents'),
                'requestBody', '{"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/agent_question"}}}}'::json,
                'responses', '{"200": {"description": "What it may know, and what it must not do",'
                    ' "content": {"application/json": {"schema": {"$ref": "#/components/schemas/agent_context"}}}},'
                    ' "default": {"$ref": "#/components/responses/error"}}'::json
            ))
        FROM (VALUES ('/rpc/agent/context', 'agent_context'), ('/rpc/agent_context', 'agent_context_by_name')) AS asked (path, operation)
        WHERE p_kind IN ('secret', 'agent')
        UNION ALL
        SELECT
            readable.path,
            CASE readable.path
                WHEN '/rpc/list_profiles' THEN json_build_object('get', read.operation, 'post', read.operation || jsonb_build_object(
                    'operationId', 'read_rpc_list_profiles_by_body',
                    'requestBody', '{"content": {"application/json": {"schema": {"type": "object", "additionalProperties": false,'
                        ' "properties": {"p_search": {"type": ["string", "null"]}}}}}}'::jsonb
                ))
                ELSE json_build_object('get', read.operation)
            END
        FROM readable
        CROSS JOIN LATERAL (
            SELECT json_build_object(
                'application/json', json_build_object('schema', json_build_object(
                    'type', 'array', 'items', json_build_object('$ref', '#/components/schemas/' || readable.relation)
                )),
                'application/vnd.pgrst.object+json', json_build_object('schema', json_build_object('$ref', '#/components/schemas/' || readable.relation)),
                'text/csv', '{"schema": {"type": "string"}}'::json,
                'application/x-ndjson', '{"schema": {"type": "string"}}'::json
            ) AS described
        ) AS content
        CROSS JOIN LATERAL (
            SELECT jsonb_build_object(
                'operationId', 'read' || replace(readable.path, '/', '_'),
                'summary', readable.description,
                'tags', json_build_array('reads'),
                'parameters', readable.own_parameters || (
                    SELECT jsonb_agg(jsonb_build_object('$ref', '#/components/parameters/' || name))
                    FROM unnest('{select,order,limit,offset,range,prefer}'::text[]) AS name
                ) || (
                    SELECT jsonb_agg(
                        jsonb_build_object(
                            'name', own.column_name,
                            'in', 'query',
                            'description', 'A condition: eq, neq, gt, gte, lt, lte, like, ilike, is or in before a value, such as eq.7, in.(7,8), not.is.null.',
                            'schema', '{"type": "string"}'::jsonb
                        )
                        ORDER BY own.place
                    )
                    FROM c360._readable_columns(p_tenant) AS own
                    WHERE own.relation = readable.relation
                ),
                'responses', json_build_object(
                    '200', json_build_object('description', 'All rows there are, or a page of them', 'content', content.described),
                    '206', json_build_object('description', 'A page of the rows, counted', 'content', content.described),
                    'default', '{"$ref": "#/components/responses/error"}'::json
                )
            ) AS operation
        ) AS read
    )
    SELECT json_build_object(
        'openapi', '3.1.0',
        'info', json_build_object(
            'title', 'Customer 360',
            'description', obj_description('c360_v1'::regnamespace, 'pg_namespace'),
            'version', (SELECT max(applied.migration) FROM c360.migrations AS applied)
        ),
        'security', '[{"bearer": []}, {"basic": []}, {"apikey": []}]'::json,
        'paths', (SELECT json_object_agg(path.name, path.operations ORDER BY path.name COLLATE "C") FROM path),
        'components', json_build_object(
            'securitySchemes', '{"bearer": {"type": "http", "scheme": "bearer"}, "basic": {"type": "http", "scheme": "basic"},'
                ' "apikey": {"type": "apiKey", "in": "header", "name": "apikey"}}'::json,
            'parameters', '{"select": {"name": "select", "in": "query", "description": "Columns, as name or alias:name.", "schema": {"type": "string"}},'
                ' "order": {"name": "order", "in": "query", "description": "column[.asc|.desc][.nullsfirst|.nullslast]", "schema": {"type": "string"}},'
                ' "limit": {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 0}},'
                ' "offset": {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0}},'
                ' "range": {"name": "Range", "in": "header", "description": "Rows, such as 0-19.", "schema": {"type": "string"}},'
                ' "prefer": {"name": "Prefer", "in": "header", "description": "count=exact, planned or estimated", "schema": {"type": "string"}}}'::json,
            'responses', '{"taken": {"description": "What became of each event", "content": {"application/json": {"schema": {"type": "object",'
                ' "properties": {"success": {"type": "boolean"}, "accepted": {"type": "integer"}, "duplicates": {"type": "integer"},'
                ' "rejected": {"type": "array", "items": {"type": "object",'
                ' "properties": {"index": {"type": "integer"}, "messageId": {"type": ["string", "null"]}, "code": {"type": "string"},'
                ' "message": {"type": "string"}}}}}}}}},'
                ' "error": {"description": "Refused", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/error"}}}}}'::json,
            'schemas', (
                SELECT json_object_agg(known.name, known.definition ORDER BY known.name COLLATE "C")
                FROM (
                    SELECT body.name, body.definition FROM c360._openapi_bodies() AS body
                    UNION ALL
                    SELECT 'error', '{"type": "object", "required": ["code", "message"], "properties": {"code": {"type": "string"},'
                        ' "message": {"type": "string"}, "details": {"type": ["string", "null"]}, "hint": {"type": ["string", "null"]}}}'
                    UNION ALL
                    SELECT schema.relation, schema.definition FROM schema
                ) AS known (name, definition)
            )
        )
    );
$$;

COMMENT ON FUNCTION c360._openapi(text, text) IS
    'The HTTP surface as OpenAPI, made from the comments in the catalogue.';
