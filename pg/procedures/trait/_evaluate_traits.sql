-- Works out these computed traits of these golden records, keeps them and tells what changed: values and messages in one statement, so that
-- each change is told once and a repeat tells nothing. What is hidden from readers is never told. Answers the golden records that
-- changed. Trusts the search_path and the lock of segments.

CREATE OR REPLACE FUNCTION c360._evaluate_traits(
    p_tenant text,
    p_traits text[],
    p_ids    uuid[],
    p_as_of  timestamptz,
    p_told   text[]
)
    RETURNS uuid[]
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    v_told    text[] := ARRAY(SELECT unnest(p_told) EXCEPT SELECT unnest(c360._hidden_traits(p_tenant)));
    v_mode    text := c360._message_mode(p_tenant, 'c360-activation-events');
    v_changed uuid[];
BEGIN
    WITH fresh AS MATERIALIZED (
        SELECT
            found.id,
            array_agg(listed.trait) AS traits,
            coalesce(jsonb_object_agg(listed.trait, found.value) FILTER (WHERE found.value IS NOT NULL), '{}') AS found
        FROM unnest(p_traits) AS listed (trait)
        CROSS JOIN LATERAL c360._trait_values(p_tenant, listed.trait, p_ids, p_as_of) AS found
        GROUP BY found.id
    ),
    changed AS MATERIALIZED (
        SELECT
            fresh.id,
            coalesce(known.traits, '{}') AS old,
            (coalesce(known.traits, '{}') - fresh.traits) || fresh.found AS new
        FROM fresh
        LEFT JOIN cdp_trait_values AS known ON known.master_profile_id = fresh.id
        WHERE coalesce(known.traits, '{}') <> (coalesce(known.traits, '{}') - fresh.traits) || fresh.found
    ),
    kept AS (
        INSERT INTO cdp_trait_values AS known (master_profile_id, traits, changed_at)
        SELECT
            changed.id,
            changed.new,
            p_as_of
        FROM changed
        ORDER BY changed.id
        ON CONFLICT (master_profile_id) DO UPDATE
        SET traits = excluded.traits,
            changed_at = excluded.changed_at
    ),
    told AS (
        INSERT INTO c360.messages (message_id, tenant, topic, type, key, body)
        SELECT
            c360._uuid7(),
            p_tenant,
            'c360-activation-events',
            'traits.updated',
            changed.id::text,
            c360._message_body('traits.updated', p_tenant, now(), jsonb_build_object(
                'profile_id', changed.id,
                'changed', moved.traits,
                'at', p_as_of
            ))
        FROM changed
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(
                named.trait,
                jsonb_build_object('from', changed.old -> named.trait, 'to', changed.new -> named.trait)
            ) AS traits
            FROM unnest(v_told) AS named (trait)
            WHERE changed.old -> named.trait IS DISTINCT FROM changed.new -> named.trait
        ) AS moved
        WHERE moved.traits IS NOT NULL
          AND v_mode = 'all'
        ORDER BY changed.id
    )
    SELECT coalesce(array_agg(changed.id ORDER BY changed.id), '{}')
    INTO v_changed
    FROM changed;

    IF v_mode = 'summary' AND v_told <> '{}' AND v_changed <> '{}' THEN
        PERFORM c360._publish(
            p_tenant, 'c360-activation-events', 'traits.changed', p_tenant,
            jsonb_build_object('profiles', cardinality(v_changed), 'at', p_as_of)
        );
    END IF;

    RETURN v_changed;
END;
$$;

COMMENT ON FUNCTION c360._evaluate_traits(text, text[], uuid[], timestamptz, text[]) IS
    'Works out computed traits of golden records, keeps them and tells what changed.';
