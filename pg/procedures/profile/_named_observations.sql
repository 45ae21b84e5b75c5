-- The observations of a golden record that are meant: those named, or those that hold an identifier, compared the way
-- observations are. Trusts the search_path.
-- Raises: U2306 split_impossible, U2405 identifier_type_unknown

CREATE OR REPLACE FUNCTION c360._named_observations(
    p_tenant            text,
    p_master_profile_id uuid,
    p_raw_profile_ids   bigint[],
    p_identifier_type   text,
    p_value             text
)
    RETURNS bigint[]
    LANGUAGE plpgsql
    STABLE
    SET enable_seqscan = off
AS $$
DECLARE
    v_value text;
    v_named bigint[];
BEGIN
    IF p_identifier_type IS NOT NULL THEN
        v_value := c360._normalised_identifier(p_tenant, p_identifier_type, p_value);
    END IF;

    v_named := ARRAY(
        SELECT link.raw_profile_id
        FROM cdp_profile_links AS link
        WHERE link.master_profile_id = p_master_profile_id
          AND CASE
            WHEN p_identifier_type IS NULL THEN link.raw_profile_id = ANY (p_raw_profile_ids)
            ELSE EXISTS (
                SELECT
                FROM cdp_raw_identifiers AS own
                WHERE own.raw_profile_id = link.raw_profile_id
                  AND own.identifier_type = p_identifier_type
                  AND own.value = v_value
            )
          END
        ORDER BY link.raw_profile_id
    );

    IF cardinality(v_named) = 0
        OR cardinality(v_named) < (SELECT count(DISTINCT wanted.id) FROM unnest(p_raw_profile_ids) AS wanted (id))
    THEN
        RAISE EXCEPTION 'golden record "%" does not have all of what is to leave it', p_master_profile_id
            USING ERRCODE = 'U2306',
                  HINT = 'explain_profile() lists its observations and their identifiers.';
    END IF;
    RETURN v_named;
END;
$$;

COMMENT ON FUNCTION c360._named_observations(text, uuid, bigint[], text, text) IS
    'Observations of a golden record by their ids or by an identifier.';
