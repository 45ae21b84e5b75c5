-- Says what in the changes given to c360.preview_rules() it cannot preview; NULL when it can preview all of them.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360._preview_problem(
    p_tenant  text,
    p_changes jsonb
)
    RETURNS text
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH part (name, item) AS (
        SELECT given.*
        FROM jsonb_each(CASE jsonb_typeof(p_changes) WHEN 'object' THEN p_changes END) AS given
    ),
    stated (part, name, item) AS (
        SELECT
            part.name,
            given.*
        FROM part
        CROSS JOIN LATERAL jsonb_each(CASE jsonb_typeof(part.item) WHEN 'object' THEN part.item END) AS given
    ),
    detail (part, name, key, value) AS (
        SELECT
            stated.part,
            stated.name,
            given.*
        FROM stated
        CROSS JOIN LATERAL jsonb_each(CASE jsonb_typeof(stated.item) WHEN 'object' THEN stated.item END) AS given
    ),
    problem (place, text) AS (
        SELECT
            '',
            'they are no JSON object'
        WHERE jsonb_typeof(p_changes) IS DISTINCT FROM 'object'
        UNION ALL
        SELECT
            part.name,
            CASE part.name
                WHEN 'max_cluster_size' THEN 'must be a whole number from 2 to 100000'
                WHEN 'identifier_types' THEN 'must be an object of names'
                WHEN 'match_rules' THEN 'must be an object of names'
                ELSE 'needs compiling'
            END
        FROM part
        WHERE NOT CASE part.name
            WHEN 'max_cluster_size' THEN part.item::text ~ '^[1-9][0-9]{0,4}$' AND part.item::text <> '1'
            WHEN 'identifier_types' THEN jsonb_typeof(part.item) = 'object'
            WHEN 'match_rules' THEN jsonb_typeof(part.item) = 'object'
            ELSE false
        END
        UNION ALL
        SELECT
            stated.part || '.' || stated.name,
            'is not known, is scored, or is not described by an object'
        FROM stated
        WHERE jsonb_typeof(stated.item) <> 'object'
           OR NOT EXISTS (
            SELECT
            FROM c360.identifier_types AS kind
            WHERE stated.part = 'identifier_types'
              AND kind.tenant = p_tenant
              AND kind.identifier_type = stated.name
            UNION ALL
            SELECT
            FROM c360.match_rules AS rule
            WHERE stated.part = 'match_rules'
              AND rule.tenant = p_tenant
              AND rule.rule = stated.name
              AND rule.kind = 'composite'
        )
        UNION ALL
        SELECT
            detail.part || '.' || detail.name || '.' || detail.key,
            'needs compiling, or is not of the right kind'
        FROM detail
        WHERE NOT CASE detail.part || '.' || detail.key
            WHEN 'identifier_types.profile_limit' THEN detail.value::text ~ '^[1-9][0-9]{0,4}$'
            WHEN 'identifier_types.person_limit' THEN detail.value::text ~ '^[1-9][0-9]{0,4}$'
            WHEN 'match_rules.priority' THEN detail.value::text ~ '^[0-9]{1,5}$'
            WHEN 'match_rules.is_active' THEN detail.value = 'false'
            ELSE false
        END
    )
    SELECT min(concat_ws(' ', nullif(problem.place, ''), problem.text) COLLATE "C")
    FROM problem;
$$;

COMMENT ON FUNCTION c360._preview_problem(text, jsonb) IS
    'What in changes cannot be previewed without compiling.';
