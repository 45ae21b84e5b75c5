-- Whether a column of some kind can hold what an attribute of a data type, or another target of an import, needs.
-- Kinds: text, number, boolean, date, time, list, document, bytes; any where only the rows will tell. Pure.

CREATE OR REPLACE FUNCTION c360._import_kind_fits(p_kind text, p_need text)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p_kind = 'any' OR p_kind = ANY (
        CASE p_need
            WHEN 'text' THEN '{text,number,boolean,date,time}'
            WHEN 'text[]' THEN '{text,number,list}'
            WHEN 'integer' THEN '{text,number}'
            WHEN 'bigint' THEN '{text,number}'
            WHEN 'numeric' THEN '{text,number}'
            WHEN 'double precision' THEN '{text,number}'
            WHEN 'boolean' THEN '{text,number,boolean}'
            WHEN 'date' THEN '{text,number,date,time}'
            WHEN 'timestamptz' THEN '{text,date,time}'
            WHEN 'jsonb' THEN '{text,list,document}'
            WHEN 'identifiers' THEN '{text,number,list,document}'
            WHEN 'key' THEN '{text,number}'
            WHEN 'observed_at' THEN '{text,number,date,time}'
            WHEN 'consents' THEN '{text,number,boolean}'
            WHEN 'consent_proof' THEN '{text,number}'
            WHEN 'source' THEN '{text}'
            WHEN 'traits' THEN '{document}'
            ELSE '{text,number,boolean,date,time,list,document}'
        END::text[]
    );
$$;

COMMENT ON FUNCTION c360._import_kind_fits(text, text) IS
    'Whether a column of an import can hold what its target needs.';
