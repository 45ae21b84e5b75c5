-- Why: PostgreSQL decides who may call what; one table says which role takes which function, and no function judges its caller.
-- Lock: creates a new table and drops functions; milliseconds.

CREATE TABLE c360.function_rights (
    schema_name   name NOT NULL,
    function_name name NOT NULL,
    taken_by      text NOT NULL,
    CONSTRAINT function_rights_pkey PRIMARY KEY (schema_name, function_name, taken_by),
    CONSTRAINT function_rights_schema_name_check CHECK (schema_name IN ('c360', 'c360_v1')),
    CONSTRAINT function_rights_taken_by_check
        CHECK (taken_by IN ('reader', 'writer', 'admin', 'gateway', 'relay', 'worker', 'owner'))
);
COMMENT ON TABLE c360.function_rights IS 'Who may call which function: written by pg/privileges/functions.sql, the one list that grants, the functions of the tenants and the docs are made from.';
COMMENT ON COLUMN c360.function_rights.taken_by IS 'reader, writer, admin: people of a tenant; gateway, relay, worker: roles of the daemons; owner: nobody else.';

-- They judged their caller by session_user, which is not who runs the statement: PostgreSQL does that now.
DROP FUNCTION IF EXISTS c360._enter_tenant(text, text);
DROP FUNCTION IF EXISTS c360._has_tenant_right(text, text, text);

-- Take fewer arguments or became public under a new name.
DROP FUNCTION IF EXISTS c360.import_raw_profiles(text, regclass, jsonb, text, text, boolean, boolean, boolean, boolean, timestamptz);
DROP FUNCTION IF EXISTS c360._ingest_request(text, text, text, text);
DROP FUNCTION IF EXISTS c360._request_claims();
