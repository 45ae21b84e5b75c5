-- The query that turns rows of an import into observations, written for one mapping; the parameters are the rows ($1
-- jsonb[]), what is wrong with them already ($2 text[]), the source ($3) and when the import began ($4). Only checked mappings come here; every name
-- is quoted as a literal. Its columns: place, given_code, record_key (as sent), source, observed (as sent), time (when that was),
-- identifiers, traits, consents ([{purpose, is, at, by}]), proof (of these), unusable (attributes and identifier types that cannot hold the
-- value, and consents that say neither yes nor no).

CREATE OR REPLACE FUNCTION c360._import_projection(p_tenant text, p_mapping jsonb)
    RETURNS text
    LANGUAGE sql
    STABLE
AS $$
    WITH tenant AS (
        SELECT
            own.date_order,
            own.default_country
        FROM c360.tenants AS own
        WHERE own.tenant = p_tenant
    ),
    pair AS (
        SELECT
            listed.column_name,
            listed.target,
            substring(c360._target_base(listed.target) FROM '^traits\.(.*)$') AS path,
            substring(c360._target_base(listed.target) FROM '^identifiers\.(.*)$') AS identifier_type,
            CASE WHEN starts_with(listed.target, 'consents.') THEN substr(split_part(listed.target, ':', 1), 10) END AS purpose,
            split_part(listed.target, ':', 2) AS mode,
            listed.field,
            CASE WHEN listed.target LIKE '%[]' THEN format('c360._import_list(%s)', listed.field) ELSE listed.field END AS value
        FROM (
            SELECT
                own.column_name,
                own.target,
                'field.v' || dense_rank() OVER (ORDER BY own.column_name) AS field
            FROM c360._import_pairs(p_mapping) AS own
        ) AS listed
    ),
    -- The parts of a text that several columns hold are one.
    whole AS (
        SELECT
            pair.path,
            CASE
                WHEN bool_or(pair.target ~ '\+[1-9]$') THEN format('c360._import_joined(%s)', string_agg(pair.value, ', ' ORDER BY pair.target))
                ELSE min(pair.value)
            END AS value,
            CASE WHEN NOT bool_or(pair.target ~ '(\+[1-9]|\[\])$') THEN min(pair.field) END AS field
        FROM pair
        WHERE pair.path IS NOT NULL
        GROUP BY pair.path
    ),
    trait AS (
        SELECT
            whole.path,
            whole.field,
            attribute.attribute,
            CASE
                WHEN attribute.attribute = 'date_of_birth' AND attribute.data_type = 'date' THEN 'birthday'
                WHEN attribute.normaliser IN ('email', 'phone', 'country', 'gender', 'document') THEN attribute.normaliser
                ELSE attribute.data_type
            END AS form,
            CASE
                WHEN attribute.data_type IN ('text[]', 'jsonb') AND whole.field IS NOT NULL THEN format('c360._import_document(%s)', whole.value)
                WHEN attribute.attribute = 'time_zone' AND attribute.data_type = 'text' THEN format('c360._import_time_zone(%s)', whole.value)
                ELSE whole.value
            END AS value
        FROM whole
        LEFT JOIN LATERAL (
            SELECT
                own.attribute,
                own.data_type,
                own.normaliser
            FROM c360.profile_attributes AS own
            WHERE own.tenant = p_tenant
              AND own.status = 'active'
              AND whole.path = ANY (own.trait_paths)
            ORDER BY own.position, own.attribute
            LIMIT 1
        ) AS attribute ON true
    ),
    country AS (
        SELECT format(
            'coalesce(%s%L)',
            (
                SELECT string_agg(format('c360.normalise_country(%s #>> ''{}''), ', trait.field), '')
                FROM trait
                WHERE trait.form = 'country'
                  AND trait.field IS NOT NULL
            ),
            tenant.default_country
        ) AS code
        FROM tenant
    ),
    identifier AS (
        SELECT
            quote_literal(pair.identifier_type) AS name,
            CASE
                WHEN count(*) = 1 AND min(pair.value) = min(pair.field) THEN format(
                    'CASE WHEN jsonb_typeof(%1$s) IN (''array'', ''object'') THEN c360._import_values(%1$s)'
                    ' WHEN jsonb_typeof(%1$s) <> ''boolean'' AND btrim(%1$s #>> ''{}'') <> '''''
                    ' THEN to_jsonb(btrim(%1$s #>> ''{}'')) END',
                    min(pair.field)
                )
                ELSE format('c360._import_values(%s)', string_agg(pair.value, ', ' ORDER BY pair.field))
            END AS value
        FROM pair
        WHERE pair.identifier_type IS NOT NULL
        GROUP BY pair.identifier_type
    ),
    -- What a golden record will pass over.
    doubt AS (
        SELECT c360._import_unusable(trait.attribute, trait.form, trait.field, tenant.date_order, country.code) AS text
        FROM trait
        CROSS JOIN tenant
        CROSS JOIN country
        WHERE trait.form NOT IN ('text', 'text[]', 'jsonb')
          AND trait.field IS NOT NULL
        UNION ALL
        SELECT c360._import_unusable(kind.identifier_type, kind.normaliser, pair.value, tenant.date_order, country.code)
        FROM pair
        JOIN c360.identifier_types AS kind
            ON kind.tenant = p_tenant
            AND kind.identifier_type = split_part(pair.identifier_type, ':', 1)
        CROSS JOIN tenant
        CROSS JOIN country
        UNION ALL
        SELECT format(
            CASE
                WHEN pair.mode IN ('granted_at', 'denied_at')
                    THEN 'CASE WHEN %1$s #>> ''{}'' ~ ''[1-9]'' AND c360._import_time(%1$s, %3$L) IS NULL THEN %2$L END'
                ELSE 'CASE WHEN btrim(%1$s #>> ''{}'') <> '''' AND c360._yes_or_no(%1$s) IS NULL AND c360.present_text(%1$s #>> ''{}'') IS NOT NULL THEN %2$L END'
            END,
            pair.field,
            'consents.' || pair.purpose,
            tenant.date_order
        )
        FROM pair
        CROSS JOIN tenant
        WHERE pair.purpose IS NOT NULL
    ),
    part AS (
        SELECT
            (
                SELECT string_agg(
                    DISTINCT format(
                        CASE
                            WHEN pair.column_name LIKE '%.%' THEN 'coalesce(item.content -> %1$L, item.content #> %3$L) AS %2$s'
                            ELSE 'item.content -> %1$L AS %2$s'
                        END,
                        pair.column_name,
                        substr(pair.field, 7),
                        string_to_array(pair.column_name, '.')
                    ),
                    ', '
                )
                FROM pair
            ) AS fields,
            coalesce((SELECT format('%s #>> ''{}''', pair.field) FROM pair WHERE pair.target = 'key'), 'NULL::text') AS record_key,
            coalesce((SELECT format('nullif(btrim(%s #>> ''{}''), '''')', pair.field) FROM pair WHERE pair.target = 'source'), '$3') AS source,
            coalesce((SELECT format('CASE WHEN btrim(%1$s #>> ''{}'') <> '''' THEN %1$s END', pair.field) FROM pair WHERE pair.target = 'observed_at'), 'NULL::jsonb') AS observed,
            (SELECT format('CASE jsonb_typeof(%1$s) WHEN ''object'' THEN jsonb_strip_nulls(%1$s) ELSE ''{}'' END || ', pair.field) FROM pair WHERE pair.target = 'traits') AS base,
            (
                SELECT c360._import_object(
                    array_agg(trait.path),
                    array_agg(
                        CASE
                            WHEN trait.field IS NULL THEN trait.value
                            ELSE format('CASE WHEN btrim(%s #>> ''{}'') <> '''' THEN %s END', trait.field, trait.value)
                        END
                    )
                )
                FROM trait
            ) AS traits,
            coalesce(
                (
                    SELECT 'jsonb_strip_nulls(jsonb_build_object(' || string_agg(identifier.name || ', ' || identifier.value, ', ') || '))'
                    FROM identifier
                ),
                '''{}''::jsonb'
            ) AS identifiers,
            coalesce(
                (
                    SELECT 'c360._import_answers(' || string_agg(
                        format('c360._import_answer(%L, %L, %L, %s, %L)', pair.purpose, pair.mode, pair.column_name, pair.field, tenant.date_order),
                        ', ' ORDER BY pair.field
                    ) || ')'
                    FROM pair
                    CROSS JOIN tenant
                    WHERE pair.purpose IS NOT NULL
                ),
                'NULL::jsonb'
            ) AS consents,
            coalesce((SELECT format('left(btrim(%s #>> ''{}''), 1000)', pair.field) FROM pair WHERE pair.target = 'consent_proof'), 'NULL::text') AS proof,
            coalesce(
                (SELECT 'array_remove(ARRAY[' || string_agg(doubt.text, ', ') || '], NULL)' FROM doubt),
                '''{}''::text[]'
            ) AS unusable
    )
    SELECT
        'SELECT field.place, field.given_code, ' || part.record_key || ' AS record_key, ' || part.source || ' AS source, '
        || part.observed || ' AS observed, c360._import_time(' || part.observed || format(', %L) AS time, ', tenant.date_order) || part.identifiers || ' AS identifiers, '
        || coalesce(part.base, '') || part.traits || ' AS traits, ' || part.consents || ' AS consents, ' || part.proof || ' AS proof, ' || part.unusable || ' AS unusable'
        || ' FROM (SELECT item.place, coalesce(item.code, CASE WHEN jsonb_typeof(item.content) IS DISTINCT FROM ''object'''
        || ' THEN ''U1431'' END) AS given_code, ' || part.fields
        || ' FROM unnest($1, $2) WITH ORDINALITY AS item (content, code, place) OFFSET 0) AS field'
    FROM part
    CROSS JOIN tenant;
$$;

COMMENT ON FUNCTION c360._import_projection(text, jsonb) IS
    'The query that turns rows of an import into observations.';
