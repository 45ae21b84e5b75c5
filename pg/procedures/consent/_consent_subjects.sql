-- For whom an observation speaks when it says yes or no: hashes of its user id, of its records in other systems, of its cookies and
-- devices, then of its other identifiers, at last of the address and number among its traits; its own id when it has none. The first
-- one is the record itself. Pure.

CREATE OR REPLACE FUNCTION c360._consent_subjects(
    p_identifiers     jsonb,
    p_traits          jsonb,
    p_raw_profile_id  bigint
)
    RETURNS uuid[]
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT coalesce(
        array_agg(
            c360._subject_of(named.identifier_type, named.value)
            ORDER BY named.rank, named.identifier_type COLLATE "C", named.value COLLATE "C"
        ),
        ARRAY[c360._subject_of('observation', p_raw_profile_id::text)]
    )
    FROM (
        SELECT
            CASE
                WHEN single.identifier_type = 'user_id' THEN 1
                WHEN starts_with(single.identifier_type, 'record_id') THEN 2
                WHEN single.identifier_type = 'anonymous_id' THEN 3
                ELSE 4
            END AS rank,
            single.identifier_type,
            btrim(single.value) AS value
        FROM jsonb_each(p_identifiers) AS kind
        CROSS JOIN LATERAL (
            SELECT
                kind.key AS identifier_type,
                kind.value #>> '{}' AS value
            WHERE jsonb_typeof(kind.value) = 'string'
            UNION ALL
            SELECT
                spread.identifier_type,
                spread.value
            FROM c360._spread_identifier(kind.key, CASE WHEN jsonb_typeof(kind.value) <> 'string' THEN kind.value END) AS spread
        ) AS single
        UNION ALL
        SELECT
            5,
            kind.name,
            btrim(p_traits ->> kind.name)
        FROM unnest('{email,phone}'::text[]) AS kind (name)
        WHERE p_traits ? kind.name
          AND jsonb_typeof(p_traits -> kind.name) IN ('string', 'number')
    ) AS named
    WHERE named.value <> '';
$$;

COMMENT ON FUNCTION c360._consent_subjects(jsonb, jsonb, bigint) IS
    'Hashes of the records an observation speaks for; the first is the one it is.';
