-- Completes and checks the mapping of an import; every target comes back spelled the long way. Columns that are not
-- mentioned are those of the preset, where there is one, and are guessed otherwise, unless p_guess is false; a target of null, '' or ignore leaves a column out. A list of targets
-- sends a column to each of them. A column may be a path into a document: address.city.
-- Raises: U1421 import_mapping_invalid, U1422 import_column_unfit

CREATE OR REPLACE FUNCTION c360._import_mapping(
    p_tenant   text,
    p_source   text,
    p_preset   text,
    p_columns  jsonb,
    p_mapping  jsonb,
    p_key      text,
    p_guess    boolean
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_given    jsonb := coalesce(nullif(p_mapping, 'null'), '{}');
    v_columns  text[];
    v_targets  text[];
    v_wrong    text;
    v_result   jsonb;
BEGIN
    IF jsonb_typeof(v_given) <> 'object' THEN
        RAISE EXCEPTION 'the mapping is no JSON object'
            USING ERRCODE = 'U1421',
                  HINT = 'Write {"column": "target"}.';
    END IF;

    SELECT
        array_agg(pair.column_name),
        array_agg(c360._import_target(p_tenant, pair.target)),
        min(format('column "%s" cannot go to "%s"', pair.column_name, pair.target))
            FILTER (WHERE c360._import_target(p_tenant, pair.target) IS NULL)
    INTO
        v_columns,
        v_targets,
        v_wrong
    FROM (
        SELECT
            stated.column_name,
            regexp_replace(stated.target, '^(identifiers\.)?crm_id(\[\])?$', '\1crm_id:' || p_source || '\2') AS target
        FROM c360._import_pairs(v_given) AS stated
        UNION
        SELECT
            p_key,
            'key'
        WHERE p_key IS NOT NULL
    ) AS pair;

    IF v_wrong IS NOT NULL THEN
        RAISE EXCEPTION '%', v_wrong
            USING ERRCODE = 'U1421',
                  HINT = 'Targets: a trait path or identifier type of the tenant, traits.<path> for any other trait, consents.<purpose>, consent_proof, key, observed_at, source, ignore. After them: [] for a list, +1 and +2 for parts of a text, :opted_out, :refusals, :granted_at or :denied_at after a purpose.';
    END IF;

    IF 'identifiers.crm_id:import' = ANY (v_targets) OR 'identifiers.crm_id:import[]' = ANY (v_targets) THEN
        RAISE EXCEPTION 'crm_id is the number of a customer in which system?'
            USING ERRCODE = 'U1421',
                  HINT = 'Numbers are unique in one system alone. Name it: crm_id:shop-hue, or --source shop-hue, p_source => ''shop-hue''.';
    END IF;

    IF p_preset IS NOT NULL THEN
        SELECT
            v_columns || array_agg(told.column_name),
            v_targets || array_agg(told.target)
        INTO
            v_columns,
            v_targets
        FROM c360._preset_targets(p_tenant, p_source, p_preset, p_columns, v_given) AS told
        WHERE told.target IS NOT NULL;
    END IF;

    IF p_guess THEN
        SELECT
            v_columns || array_agg(guess.column_name),
            v_targets || array_agg(guess.target)
        INTO
            v_columns,
            v_targets
        FROM c360._guess_import_targets(p_tenant, p_source, p_columns) AS guess
        WHERE NOT v_given ? guess.column_name
          AND guess.column_name NOT IN (
            SELECT told.column_name
            FROM c360._preset_targets(p_tenant, p_source, p_preset, p_columns, v_given) AS told
        )
          AND NOT EXISTS (
            SELECT
            FROM unnest(v_targets) AS taken (target)
            WHERE c360._target_base(taken.target) = guess.target
               OR starts_with(c360._target_base(taken.target), guess.target || '.')
               OR starts_with(guess.target, c360._target_base(taken.target) || '.')
               OR (p_preset IS NOT NULL AND EXISTS (
                    SELECT
                    FROM c360.profile_attributes AS attribute
                    WHERE attribute.tenant = p_tenant
                      AND attribute.status = 'active'
                      AND substring(guess.target FROM '^traits\.(.*)$') = ANY (attribute.trait_paths)
                      AND substring(c360._target_base(taken.target) FROM '^traits\.(.*)$') = ANY (attribute.trait_paths)
                ))
        );
    END IF;

    PERFORM c360._check_import_mapping(p_tenant, p_columns, v_columns, v_targets);

    SELECT jsonb_object_agg(
        entry.column_name,
        CASE cardinality(entry.targets) WHEN 1 THEN to_jsonb(entry.targets[1]) ELSE to_jsonb(entry.targets) END
    )
    INTO v_result
    FROM (
        SELECT
            pair.column_name,
            array_agg(pair.target ORDER BY pair.target) AS targets
        FROM unnest(v_columns, v_targets) AS pair (column_name, target)
        GROUP BY pair.column_name
    ) AS entry;

    RETURN v_result;
END;
$$;

COMMENT ON FUNCTION c360._import_mapping(text, text, text, jsonb, jsonb, text, boolean) IS
    'The whole mapping of an import, by preset or guess where it is silent, and checked.';
