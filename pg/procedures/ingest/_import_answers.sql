-- What the columns of a row say about purposes, as one list: a yes without a time of its own does not count beside a no about the same
-- purpose, and what is said twice is said once. NULL where nothing is said. Pure.

CREATE OR REPLACE FUNCTION c360._import_answers(VARIADIC p_answers jsonb[])
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    WITH said AS (
        SELECT DISTINCT ON (answer.value ->> 'purpose', answer.value ->> 'is', answer.value ->> 'at')
            answer.value
        FROM unnest(p_answers) WITH ORDINALITY AS answer (value, place)
        WHERE answer.value IS NOT NULL
        ORDER BY
            answer.value ->> 'purpose',
            answer.value ->> 'is',
            answer.value ->> 'at',
            answer.place
    )
    SELECT jsonb_agg(said.value)
    FROM said
    WHERE said.value -> 'is' = 'false'
       OR said.value ? 'at'
       OR NOT EXISTS (
            SELECT
            FROM said AS other
            WHERE other.value ->> 'purpose' = said.value ->> 'purpose'
              AND other.value -> 'is' = 'false'
        );
$$;

COMMENT ON FUNCTION c360._import_answers(jsonb[]) IS
    'What a row of an import says about purposes.';
