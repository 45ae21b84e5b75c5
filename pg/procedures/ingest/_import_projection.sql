-- The query that turns rows of an import into observations, written for one mapping; the parameters are the rows ($1
-- jsonb[]), what is wrong with them already ($2 text[]) and the source ($3). Only checked mappings come here; every name
-- is quoted as a literal. Its columns: place, given_code, record_key, source, observed (as sent), time (when that was),
-- identifiers, traits, consents ({purpose: true or false}), proof (of these), unusable (attributes that cannot hold the value, and columns of
-- consents that say neither yes nor no).

CREATE OR REPLACE FUNCTION c360._import_projection(p_tenant text, p_mapping jsonb)
    RETURNS text
    LANGUAGE sql
    STABLE
AS $$
    WITH tenant AS (
        SELECT own.date_order
        FROM c360.tenants AS own
        WHERE own.tenant = p_tenant
    ),
    pair AS (
        SELECT
            listed.column_name,
            listed.target,
            substring(listed.target FROM '^traits\.(.*)$') AS path,
            substring(listed.target FROM '^identifiers\.(.*)$') AS identifier_type,
            'field.v' || dense_rank() OVER (ORDER BY listed.column_name) AS field
        FROM c360._import_pairs(p_mapping) AS listed
    ),
    trait AS (
        SELECT
            pair.*,
            attribute.attribute,
            attribute.data_type,
            CASE
                WHEN attribute.data_type IN ('text[]', 'jsonb') THEN format('c360._import_document(%s)', pair.field)
                ELSE pair.field
            END AS value
        FROM pair
        LEFT JOIN LATERAL (
            SELECT own.attribute, own.data_type
            FROM c360.profile_attributes AS own
            WHERE own.tenant = p_tenant
              AND own.status = 'active'
              AND pair.path = ANY (own.trait_paths)
            ORDER BY own.position, own.attribute
            LIMIT 1
        ) AS attribute ON true
        WHERE pair.path IS NOT NULL
    ),
    identifier AS (
        SELECT
            quote_literal(pair.identifier_type) AS name,
            CASE count(*)
                WHEN 1 THEN format(
                    'CASE WHEN jsonb_typeof(%1$s) IN (''array'', ''object'') THEN c360._import_values(%1$s)'
                    ' WHEN jsonb_typeof(%1$s) <> ''boolean'' AND btrim(%1$s #>> ''{}'') <> '''''
                    ' THEN to_jsonb(btrim(%1$s #>> ''{}'')) END',
                    min(pair.field)
                )
                ELSE format('c360._import_values(%s)', string_agg(pair.field, ', ' ORDER BY pair.field))
            END AS value
        FROM pair
        WHERE pair.identifier_type IS NOT NULL
        GROUP BY pair.identifier_type
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
            coalesce((SELECT format('c360._import_key(%s #>> ''{}'')', pair.field) FROM pair WHERE pair.target = 'key'), 'NULL') AS record_key,
            coalesce((SELECT format('nullif(btrim(%s #>> ''{}''), '''')', pair.field) FROM pair WHERE pair.target = 'source'), '$3') AS source,
            coalesce((SELECT format('CASE WHEN btrim(%1$s #>> ''{}'') <> '''' THEN %1$s END', pair.field) FROM pair WHERE pair.target = 'observed_at'), 'NULL::jsonb') AS observed,
            (SELECT format('CASE jsonb_typeof(%1$s) WHEN ''object'' THEN jsonb_strip_nulls(%1$s) ELSE ''{}'' END || ', pair.field) FROM pair WHERE pair.target = 'traits') AS base,
            (
                SELECT c360._import_object(
                    array_agg(trait.path),
                    array_agg(format('CASE WHEN btrim(%s #>> ''{}'') <> '''' THEN %s END', trait.field, trait.value))
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
                    SELECT 'nullif(jsonb_strip_nulls(jsonb_build_object('
                        || string_agg(format('%L, c360._yes_or_no(%s)', substr(pair.target, 10), pair.field), ', ' ORDER BY pair.target)
                        || ')), ''{}'')'
                    FROM pair
                    WHERE starts_with(pair.target, 'consents.')
                ),
                'NULL::jsonb'
            ) AS consents,
            coalesce((SELECT format('left(btrim(%s #>> ''{}''), 1000)', pair.field) FROM pair WHERE pair.target = 'consent_proof'), 'NULL::text') AS proof,
            coalesce(
                (
                    SELECT 'array_remove(ARRAY[' || string_agg(
                        format(
                            'CASE WHEN NOT c360._import_holds(%L, %s, %L) THEN %L END',
                            trait.data_type, trait.field, tenant.date_order, trait.attribute
                        ),
                        ', '
                    ) || '], NULL)'
                    FROM trait
                    CROSS JOIN tenant
                    WHERE trait.data_type NOT IN ('text', 'text[]', 'jsonb')
                ),
                '''{}''::text[]'
            ) || coalesce(
                (
                    SELECT ' || array_remove(ARRAY[' || string_agg(
                        format(
                            'CASE WHEN btrim(%1$s #>> ''{}'') <> '''' AND c360._yes_or_no(%1$s) IS NULL THEN %2$L END',
                            pair.field, pair.target
                        ),
                        ', '
                    ) || '], NULL)'
                    FROM pair
                    WHERE starts_with(pair.target, 'consents.')
                ),
                ''
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
