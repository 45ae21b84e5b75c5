-- What a preset makes of the columns of a header: the target, or why it is left out. Columns that the caller mapped are not there, nor those the
-- preset does not know. Of several columns that mean the same the first of the preset is named, the others get what the preset has for that
-- case. reason: needs_source, no_purpose, not_taken, secret, unfit, duplicate. Reads only; raises nothing.

CREATE OR REPLACE FUNCTION c360._preset_targets(
    p_tenant   text,
    p_source   text,
    p_preset   text,
    p_columns  jsonb,
    p_given    jsonb
)
    RETURNS TABLE (column_name text, target text, reason text)
    LANGUAGE sql
    STABLE
AS $$
    WITH spelled AS MATERIALIZED (
        SELECT
            line.place,
            line.target,
            line.otherwise,
            name.value AS name,
            CASE WHEN starts_with(name.value, '~') THEN substr(name.value, 2) END AS pattern,
            c360._column_word(name.value) AS word,
            name.rank
        FROM c360._import_preset_columns() AS line
        CROSS JOIN LATERAL unnest(line.names) WITH ORDINALITY AS name (value, rank)
        WHERE line.preset = p_preset
          AND NOT starts_with(name.value, '@')
          AND NOT EXISTS (
            SELECT
            FROM unnest(line.names) AS beside (value)
            WHERE starts_with(beside.value, '@')
              AND substr(beside.value, 2) NOT IN (SELECT lower(btrim(given.value ->> 'name')) FROM jsonb_array_elements(p_columns) AS given (value))
        )
    ),
    taken AS (
        SELECT c360._target_base(c360._import_target(p_tenant, pair.target)) AS base
        FROM c360._import_pairs(p_given) AS pair
    ),
    known AS (
        SELECT DISTINCT ON (given.position)
            given.value ->> 'name' AS column_name,
            given.value ->> 'kind' AS kind,
            given.position,
            spelled.place,
            spelled.rank,
            CASE WHEN spelled.pattern IS NULL THEN spelled.target ELSE replace(spelled.target, '\1', coalesce(part.text, '')) END AS target,
            spelled.otherwise
        FROM jsonb_array_elements(p_columns) WITH ORDINALITY AS given (value, position)
        JOIN spelled ON CASE
            WHEN spelled.pattern IS NULL THEN spelled.word = c360._column_word(given.value ->> 'name')
            ELSE btrim(given.value ->> 'name') ~* spelled.pattern
        END
        CROSS JOIN LATERAL (
            SELECT left(regexp_replace(substring(btrim(given.value ->> 'name') FROM '(?i)' || spelled.pattern), '[.\s]+', '_', 'g'), 100) AS text
        ) AS part
        WHERE NOT p_given ? (given.value ->> 'name')
        ORDER BY
            given.position,
            spelled.pattern IS NOT NULL,
            spelled.place
    ),
    meant AS (
        SELECT
            known.*,
            CASE
                WHEN known.target = 'id' AND p_source <> 'import' THEN c360._import_target(p_tenant, 'identifiers.crm_id:' || p_source)
                WHEN known.target IN ('id', 'not_taken', 'secret') THEN NULL
                WHEN starts_with(known.target, 'consent.') THEN c360._preset_purpose(p_tenant, known.target)
                ELSE c360._preset_target(p_tenant, known.target)
            END AS first_target,
            c360._preset_target(p_tenant, known.otherwise) AS second_target
        FROM known
    ),
    first_turn AS (
        SELECT
            meant.*,
            meant.first_target IS NOT NULL
                AND (
                    -- Two columns with numbers are two kinds of numbers: one of them alone is that of the record.
                    (starts_with(meant.first_target, 'identifiers.') AND meant.target <> 'id')
                    OR starts_with(meant.first_target, 'consents.')
                    OR (
                        row_number() OVER (PARTITION BY c360._target_base(meant.first_target) ORDER BY meant.place, meant.rank, meant.position) = 1
                        AND NOT EXISTS (
                            SELECT
                            FROM taken
                            WHERE taken.base = c360._target_base(meant.first_target)
                               OR (starts_with(meant.first_target, taken.base || '.') AND taken.base <> 'traits')
                               OR starts_with(taken.base, c360._target_base(meant.first_target) || '.')
                        )
                    )
                ) AS has_first
        FROM meant
    ),
    second_turn AS (
        SELECT
            own.*,
            own.second_target IS NOT NULL
                AND (
                    starts_with(own.second_target, 'identifiers.')
                    OR row_number() OVER (PARTITION BY own.has_first, own.second_target ORDER BY own.place, own.rank, own.position) = 1
                ) AS has_second
        FROM first_turn AS own
    ),
    decided AS (
        SELECT
            own.*,
            CASE
                WHEN own.has_first THEN own.first_target
                WHEN own.first_target IS NOT NULL AND own.has_second THEN own.second_target
            END AS chosen
        FROM second_turn AS own
    )
    SELECT
        own.column_name,
        CASE WHEN fit.is_fit THEN own.chosen END,
        CASE
            WHEN own.chosen IS NOT NULL AND NOT fit.is_fit THEN 'unfit'
            WHEN own.chosen IS NOT NULL THEN NULL
            WHEN own.target = 'id' AND own.first_target IS NULL THEN 'needs_source'
            WHEN own.target IN ('not_taken', 'secret') THEN own.target
            WHEN starts_with(own.target, 'consent.') THEN 'no_purpose'
            ELSE 'duplicate'
        END
    FROM decided AS own
    CROSS JOIN LATERAL (
        SELECT c360._import_kind_fits(own.kind, c360._target_need(p_tenant, own.chosen)) AS is_fit
    ) AS fit;
$$;

COMMENT ON FUNCTION c360._preset_targets(text, text, text, jsonb, jsonb) IS
    'What a preset makes of the columns of a header.';
