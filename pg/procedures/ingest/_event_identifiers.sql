-- Identifiers of an event that has more than userId and anonymousId: {type: value}, or {type: [values]} for several.
-- An external id may name a scope after a colon (zalo_uid:<oa>); its type is spelled our way (ios.idfa -> ios_idfa).
-- What cannot be an identifier (no type, wrong JSON type, over 500 characters) stays in the payload alone.

CREATE OR REPLACE FUNCTION c360._event_identifiers(p_event jsonb)
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT coalesce(
        jsonb_object_agg(
            kind.identifier_type,
            CASE WHEN jsonb_array_length(kind.identifier_values) = 1 THEN kind.identifier_values -> 0 ELSE kind.identifier_values END
        ),
        '{}'
    )
    FROM (
        SELECT
            named.identifier_type,
            jsonb_agg(DISTINCT named.value) AS identifier_values
        FROM (
            SELECT
                own.identifier_type,
                btrim(c360._scalar(own.value)) AS value,
                jsonb_typeof(own.value) AS value_type
            FROM (
                VALUES
                    ('user_id', p_event -> 'userId'),
                    ('anonymous_id', p_event -> 'anonymousId'),
                    -- Nobody says which of the two it was.
                    ('anonymous_id', CASE p_event ->> 'type' WHEN 'alias' THEN p_event -> 'previousId' END),
                    ('previous_id', CASE p_event ->> 'type' WHEN 'alias' THEN p_event -> 'previousId' END),
                    ('device_id', p_event #> '{context,device,id}')
            ) AS own (identifier_type, value)

            UNION ALL

            SELECT
                translate(lower(split_part(external.id ->> 'type', ':', 1) COLLATE "C"), '.- ', '___')
                    || coalesce(substring(external.id ->> 'type' FROM ':.*$'), ''),
                btrim(c360._scalar(external.id -> 'id')),
                jsonb_typeof(external.id -> 'id')
            FROM jsonb_array_elements(
                CASE jsonb_typeof(p_event #> '{context,externalIds}') WHEN 'array' THEN p_event #> '{context,externalIds}' END
            ) AS external (id)
            WHERE jsonb_typeof(external.id) = 'object'
        ) AS named
        WHERE named.value_type IN ('string', 'number')
          AND length(named.value) BETWEEN 1 AND 500
          AND named.identifier_type ~ '^[a-z][a-z0-9_]{0,40}(:[^\s]{1,100})?$'
        GROUP BY named.identifier_type
    ) AS kind;
$$;

COMMENT ON FUNCTION c360._event_identifiers(jsonb) IS
    'All identifiers of an event by type, for cdp_raw_profiles.identifiers.';
