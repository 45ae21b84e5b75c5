-- What a sender is told about its request, as the Segment API does it. An import is also told how many clocks were not believed.

CREATE OR REPLACE FUNCTION c360._outcome(
    p_type         text,
    p_accepted     bigint,
    p_duplicates   bigint,
    p_implausible  bigint,
    p_rejected     jsonb
)
    RETURNS json
    LANGUAGE sql
    STABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_type = 'import' THEN json_build_object(
            'success', true,
            'accepted', p_accepted,
            'duplicates', p_duplicates,
            'implausible_clocks', p_implausible,
            'rejected', p_rejected
        )
        ELSE json_build_object(
            'success', true,
            'accepted', p_accepted,
            'duplicates', p_duplicates,
            'rejected', p_rejected
        )
    END;
$$;

COMMENT ON FUNCTION c360._outcome(text, bigint, bigint, bigint, jsonb) IS
    'The answer to a request: {success, accepted, duplicates, rejected}, of an import also implausible_clocks.';
