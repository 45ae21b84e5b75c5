-- Refuses a mapping that cannot work: columns that are not there, targets named twice, nothing that says who a row is
-- about, columns whose type the target can never hold. Reads only.
-- Raises: U1421 import_mapping_invalid, U1422 import_column_unfit

CREATE OR REPLACE FUNCTION c360._check_import_mapping(
    p_tenant   text,
    p_columns  jsonb,
    p_names    text[],
    p_targets  text[]
)
    RETURNS void
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_fault   text;
    v_unfit   record;
BEGIN
    WITH pair AS (
        SELECT
            item.name,
            item.target,
            c360._target_base(item.target) AS base,
            item.position
        FROM unnest(p_names, p_targets) WITH ORDINALITY AS item (name, target, position)
    )
    SELECT coalesce(
        (
            SELECT format('there is no column "%s"', pair.name)
            FROM pair
            WHERE NOT EXISTS (
                SELECT
                FROM jsonb_array_elements(p_columns) AS own
                WHERE own ->> 'name' = pair.name
                   OR (starts_with(pair.name, (own ->> 'name') || '.') AND own ->> 'kind' IN ('document', 'any'))
            )
            LIMIT 1
        ),
        (
            SELECT format('columns "%s" and "%s" both go to %s', pair.name, other.name, other.target)
            FROM pair
            JOIN pair AS other ON other.position > pair.position
            -- Consents of several columns are weighed, identifiers are several, and parts of a text are joined.
            WHERE (
                pair.base = other.base
                AND pair.target NOT LIKE 'identifiers.%'
                AND pair.target NOT LIKE 'consents.%'
                AND NOT (pair.target ~ '\+[1-9]$' AND other.target ~ '\+[1-9]$' AND pair.target <> other.target)
            )
               OR (starts_with(pair.base, other.base || '.') AND pair.target LIKE 'traits.%' AND other.target <> 'traits')
               OR (starts_with(other.base, pair.base || '.') AND other.target LIKE 'traits.%' AND pair.target <> 'traits')
            LIMIT 1
        ),
        CASE
            WHEN NOT EXISTS (SELECT FROM pair WHERE pair.target NOT IN ('observed_at', 'source', 'consent_proof') AND pair.target NOT LIKE 'consents.%')
                THEN 'no column says anything about a person'
        END
    )
    INTO v_fault;

    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION 'the mapping cannot be used: %', v_fault
            USING ERRCODE = 'U1421',
                  DETAIL = format('Columns: %s.', (SELECT string_agg(own ->> 'name', ', ') FROM jsonb_array_elements(p_columns) AS own)),
                  HINT = 'Map columns with {"column": "target"}; a dry run shows the mapping.';
    END IF;

    SELECT
        item.name,
        item.target,
        own.value ->> 'kind' AS kind,
        coalesce(nullif(c360._target_need(p_tenant, item.target), ''), 'a trait') AS need
    INTO v_unfit
    FROM unnest(p_names, p_targets) AS item (name, target)
    JOIN jsonb_array_elements(p_columns) AS own (value) ON own.value ->> 'name' = item.name
    WHERE NOT c360._import_kind_fits(own.value ->> 'kind', c360._target_need(p_tenant, item.target))
    LIMIT 1;

    IF FOUND THEN
        RAISE EXCEPTION 'column "%" holds %, which % (%) cannot take', v_unfit.name, v_unfit.kind, v_unfit.target, v_unfit.need
            USING ERRCODE = 'U1422',
                  HINT = 'Leave the column out with {"column": null}, or convert it in a view.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_import_mapping(text, jsonb, text[], text[]) IS
    'Refuses a mapping of an import that cannot work.';
