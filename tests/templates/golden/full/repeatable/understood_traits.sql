-- Traits with those in other spellings beside what they mean: "E-Mail" is also email, "FirstName" firstName, "sđt" phone. Only names that
-- no attribute reads as they are count, and only for attributes of which nothing, or an absence in words, was sent under a name of theirs; of several
-- spellings the one nearest to the attribute's first name. Documents of a kind ("Passport No.") come beside what was sent, under a name of
-- their attribute that is free; the number of a tax payer beside a company may be the company's. Nothing is taken away. Raises nothing.
CREATE OR REPLACE FUNCTION tenant_full.understood_traits(p_traits jsonb)
    RETURNS jsonb
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_names  CONSTANT jsonb := '{"oftypetext": ["of_type_text", 0], "nestedtext": ["of_type_text", 1], "oftypetextlist": ["of_type_text_list", 0], "nestedtextlist": ["of_type_text_list", 1], "oftypeinteger": ["of_type_integer", 0], "nestedinteger": ["of_type_integer", 1], "oftypebigint": ["of_type_bigint", 0], "nestedbigint": ["of_type_bigint", 1], "oftypenumeric": ["of_type_numeric", 0], "nestednumeric": ["of_type_numeric", 1], "oftypedouble": ["of_type_double", 0], "nesteddouble": ["of_type_double", 1], "oftypeboolean": ["of_type_boolean", 0], "nestedboolean": ["of_type_boolean", 1], "oftypedate": ["of_type_date", 0], "nesteddate": ["of_type_date", 1], "oftypetimestamp": ["of_type_timestamp", 0], "nestedtimestamp": ["of_type_timestamp", 1], "oftypejson": ["of_type_json", 0], "nestedjson": ["of_type_json", 1], "mostrecent": ["by_most_recent", 0], "bymostrecent": ["by_most_recent", 1], "first": ["by_first", 0], "byfirst": ["by_first", 1], "mostfrequent": ["by_most_frequent", 0], "bymostfrequent": ["by_most_frequent", 1], "longest": ["by_longest", 0], "bylongest": ["by_longest", 1], "sourcepriority": ["by_source_priority", 0], "bysourcepriority": ["by_source_priority", 1], "verifiedfirst": ["by_verified_first", 0], "byverifiedfirst": ["by_verified_first", 1], "max": ["by_max", 0], "bymax": ["by_max", 1], "min": ["by_min", 0], "bymin": ["by_min", 1], "name": ["as_name", 0], "asname": ["as_name", 1], "email": ["as_email", 0], "asemail": ["as_email", 1], "phone": ["as_phone", 0], "asphone": ["as_phone", 1], "id": ["as_id", 0], "asid": ["as_id", 1], "date": ["as_date", 0], "asdate": ["as_date", 1], "gender": ["as_gender", 0], "asgender": ["as_gender", 1], "country": ["as_country", 0], "ascountry": ["as_country", 1], "contactemail": ["email", 1], "nationalid": ["national_ids", 0], "nationalids": ["national_ids", 1], "crmcontactids": ["crm_contact_ids", 0], "born": ["born", 0]}'::jsonb;
    v_places CONSTANT jsonb := '{"of_type_text": {"name": "ofTypeText", "paths": [["ofTypeText"], ["nested", "text"]]}, "of_type_text_list": {"name": "ofTypeText_List", "paths": [["ofTypeText_List"], ["nested", "text_list"]]}, "of_type_integer": {"name": "ofTypeInteger", "paths": [["ofTypeInteger"], ["nested", "integer"]]}, "of_type_bigint": {"name": "ofTypeBigint", "paths": [["ofTypeBigint"], ["nested", "bigint"]]}, "of_type_numeric": {"name": "ofTypeNumeric", "paths": [["ofTypeNumeric"], ["nested", "numeric"]]}, "of_type_double": {"name": "ofTypeDouble", "paths": [["ofTypeDouble"], ["nested", "double"]]}, "of_type_boolean": {"name": "ofTypeBoolean", "paths": [["ofTypeBoolean"], ["nested", "boolean"]]}, "of_type_date": {"name": "ofTypeDate", "paths": [["ofTypeDate"], ["nested", "date"]]}, "of_type_timestamp": {"name": "ofTypeTimestamp", "paths": [["ofTypeTimestamp"], ["nested", "timestamp"]]}, "of_type_json": {"name": "ofTypeJson", "paths": [["ofTypeJson"], ["nested", "json"]]}, "by_most_recent": {"name": "most_recent", "paths": [["most_recent"]]}, "by_first": {"name": "first", "paths": [["first"]]}, "by_most_frequent": {"name": "most_frequent", "paths": [["most_frequent"]]}, "by_longest": {"name": "longest", "paths": [["longest"]]}, "by_source_priority": {"name": "source_priority", "paths": [["source_priority"]]}, "by_verified_first": {"name": "verified_first", "paths": [["verified_first"]]}, "by_max": {"name": "max", "paths": [["max"]]}, "by_min": {"name": "min", "paths": [["min"]]}, "as_name": {"name": "name", "paths": [["name"]]}, "as_email": {"name": "email", "paths": [["email"]]}, "as_phone": {"name": "phone", "paths": [["phone"]]}, "as_id": {"name": "id", "paths": [["id"]]}, "as_date": {"name": "date", "paths": [["date"]]}, "as_gender": {"name": "gender", "paths": [["gender"]]}, "as_country": {"name": "country", "paths": [["country"]]}, "email": {"name": "email", "paths": [["email"], ["contact", "email"]]}, "national_ids": {"name": "nationalId", "paths": [["nationalId"]]}, "crm_contact_ids": {"name": "crmContactIds", "paths": [["crmContactIds"]]}, "born": {"name": "born", "paths": [["born"]]}}'::jsonb;
    v_other  CONSTANT jsonb := p_traits - ARRAY['ofTypeText', 'nested', 'ofTypeText_List', 'ofTypeInteger', 'ofTypeBigint', 'ofTypeNumeric', 'ofTypeDouble', 'ofTypeBoolean', 'ofTypeDate', 'ofTypeTimestamp', 'ofTypeJson', 'most_recent', 'first', 'most_frequent', 'longest', 'source_priority', 'verified_first', 'max', 'min', 'name', 'email', 'phone', 'id', 'date', 'gender', 'country', 'contact', 'nationalId', 'crmContactIds', 'born']::text[];
BEGIN
    IF NOT EXISTS (
        SELECT
        FROM jsonb_object_keys(v_other) AS sent (name)
        WHERE v_names ? c360._bare_name(sent.name)
           OR c360._attribute_synonyms() ? c360._bare_name(sent.name)
    ) THEN
        RETURN p_traits;
    END IF;

    RETURN (
        WITH meant AS (
            SELECT DISTINCT ON (meaning.attribute, meaning.kind)
                meaning.attribute,
                meaning.kind,
                sent.value
            FROM jsonb_each(v_other) AS sent (name, value)
            CROSS JOIN LATERAL (
                SELECT coalesce(v_names -> c360._bare_name(sent.name), c360._attribute_synonyms() -> c360._bare_name(sent.name)) AS meaning
            ) AS found
            CROSS JOIN LATERAL (
                SELECT
                    found.meaning ->> 0 AS attribute,
                    (found.meaning ->> 1)::integer AS rank,
                    found.meaning ->> 2 AS kind
            ) AS meaning
            WHERE v_places ? meaning.attribute
              AND c360.present_text(sent.value #>> '{}') IS NOT NULL
            ORDER BY
                meaning.attribute,
                meaning.kind,
                meaning.rank,
                sent.name COLLATE "C"
        )
        SELECT p_traits || coalesce(jsonb_object_agg(read.target, read.value), '{}')
        FROM (
            SELECT
                v_places #>> ARRAY[meant.attribute, 'name'] AS target,
                meant.value
            FROM meant
            WHERE meant.kind IS NULL
              AND NOT EXISTS (
                  SELECT
                  FROM jsonb_array_elements(v_places #> ARRAY[meant.attribute, 'paths']) AS path (steps)
                  WHERE c360.present_text(p_traits #>> ARRAY(SELECT jsonb_array_elements_text(path.steps))) IS NOT NULL
              )
            UNION ALL
            SELECT
                free.name,
                documents.value
            FROM (
                SELECT
                    meant.attribute,
                    jsonb_object_agg(meant.kind, coalesce(meant.value -> 'number', meant.value -> 'value', meant.value -> 'id', meant.value)) AS value
                FROM meant
                WHERE meant.kind IS NOT NULL
                  AND (meant.kind <> 'tax' OR NOT p_traits ?| '{company,companyName,company_name,organization,organisation}')
                GROUP BY meant.attribute
            ) AS documents
            CROSS JOIN LATERAL (
                SELECT spare.name
                FROM jsonb_array_elements_text(v_places #> ARRAY[documents.attribute, 'spare']) WITH ORDINALITY AS spare (name, position)
                WHERE p_traits -> spare.name IS NULL
                ORDER BY spare.position
                LIMIT 1
            ) AS free
        ) AS read
    );
END;
$$;

COMMENT ON FUNCTION tenant_full.understood_traits(jsonb) IS
    'Traits with those in other spellings under the names that the attributes of this tenant have.';
