-- Merges JSON objects: of a key in several, the last one counts. Call with ORDER BY. NULL is passed over. Raises nothing.

CREATE OR REPLACE AGGREGATE c360._merged(jsonb) (
    SFUNC = jsonb_concat,
    STYPE = jsonb,
    PARALLEL = SAFE
);

COMMENT ON AGGREGATE c360._merged(jsonb) IS
    'JSON objects laid over each other in order.';
