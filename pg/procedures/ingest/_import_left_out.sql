-- The columns of an import that are not in its mapping, each with why: [{column, reason, hint}]. reason: stated (the caller said so), unknown,
-- consent, needs_source, no_purpose, duplicate, unfit, not_taken, secret. After a semicolon the hint says what can be done. Reads only; raises nothing.

CREATE OR REPLACE FUNCTION c360._import_left_out(
    p_tenant   text,
    p_source   text,
    p_preset   text,
    p_columns  jsonb,
    p_given    jsonb,
    p_mapping  jsonb
)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
AS $$
    -- Asked once for the whole header: an export may have a thousand columns.
    WITH told AS MATERIALIZED (
        SELECT preset.*
        FROM c360._preset_targets(p_tenant, p_source, p_preset, p_columns, p_given) AS preset
    ),
    -- With a source of its own it would be that source's number.
    number AS MATERIALIZED (
        SELECT guess.column_name
        FROM c360._guess_import_targets(p_tenant, 'named', p_columns) AS guess
        WHERE guess.target = 'identifiers.crm_id:named'
          AND p_source = 'import'
    ),
    missing AS (
        SELECT
            own.value ->> 'name' AS column_name,
            own.position
        FROM jsonb_array_elements(p_columns) WITH ORDINALITY AS own (value, position)
        WHERE NOT EXISTS (
            SELECT
            FROM jsonb_object_keys(p_mapping) AS used (name)
            WHERE used.name = own.value ->> 'name'
               OR starts_with(used.name, (own.value ->> 'name') || '.')
        )
    ),
    explained AS (
        SELECT
            missing.column_name,
            missing.position,
            CASE
                WHEN p_given ? missing.column_name THEN 'stated'
                ELSE coalesce(
                    told.reason,
                    CASE WHEN number.column_name IS NOT NULL THEN 'needs_source' END,
                    CASE WHEN c360._is_consent_name(missing.column_name) THEN 'consent' END,
                    'unknown'
                )
            END AS reason
        FROM missing
        LEFT JOIN told ON told.column_name = missing.column_name
        LEFT JOIN number ON number.column_name = missing.column_name
    ),
    way AS (
        SELECT
            explained.column_name,
            min(split_part(substr(line.target, 9), ':', 1)) AS name
        FROM explained
        JOIN c360._import_preset_columns() AS line ON line.preset = p_preset AND starts_with(line.target, 'consent.')
        CROSS JOIN LATERAL unnest(line.names) AS spelled (name)
        WHERE explained.reason = 'no_purpose'
          AND CASE
            WHEN starts_with(spelled.name, '~') THEN btrim(explained.column_name) ~* substr(spelled.name, 2)
            ELSE c360._column_word(spelled.name) = c360._column_word(explained.column_name)
        END
        GROUP BY explained.column_name
    )
    SELECT coalesce(jsonb_agg(
        jsonb_build_object(
            'column', explained.column_name,
            'reason', explained.reason,
            'hint', CASE explained.reason
                WHEN 'stated' THEN 'the mapping leaves it out'
                WHEN 'needs_source' THEN 'a number is unique in its system alone; name the source (--source shop-hue, p_source => ''shop-hue''), and it is crm_id:shop-hue'
                WHEN 'no_purpose' THEN format(
                    'the tenant has no purpose for it; declare one and import again: c360 consent declare %1$s %2$s_marketing --channel %2$s'
                    ' (SELECT tenant_%1$s.set_consent_purpose(''%2$s_marketing'', ''{"channels": ["%2$s"]}'')), or map it to consents.<purpose>',
                    p_tenant,
                    coalesce(way.name, 'email')
                )
                WHEN 'consent' THEN 'it looks like an answer about consent; map it to consents.<purpose>, or to consents.<purpose>:opted_out where a yes is an objection'
                WHEN 'duplicate' THEN 'another column means the same'
                WHEN 'unfit' THEN 'its values are of another kind than the attribute'
                WHEN 'not_taken' THEN 'it says nothing about the customer; map it to traits.<path> to keep it'
                WHEN 'secret' THEN 'passwords, tokens and cards are not taken'
                ELSE 'nobody knows the name; map it to an attribute or traits.<path> to keep it'
            END
        )
        ORDER BY explained.position
    ), '[]')
    FROM explained
    LEFT JOIN way ON way.column_name = explained.column_name;
$$;

COMMENT ON FUNCTION c360._import_left_out(text, text, text, jsonb, jsonb, jsonb) IS
    'Columns that an import leaves out, and why.';
