-- The text of a message as people may see it, by the metadata of now: golden records, scores, traits and evidence masked, events as
-- _shown_event() shows them. p_shown is the answer of _shown_fields(). A text that
-- holds nothing of that kind stays as it is. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._shown_message(
    p_tenant text,
    p_body   text,
    p_shown  jsonb
)
    RETURNS text
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_body  jsonb := p_body::jsonb;
    v_data  jsonb := v_body -> 'data';
    v_shown jsonb := v_data;
BEGIN
    IF v_data ? 'event' THEN
        v_shown := v_shown || jsonb_build_object('event', c360._shown_event(v_data -> 'event', p_shown));
    END IF;
    IF jsonb_typeof(v_data -> 'profile') = 'object' THEN
        v_shown := v_shown || jsonb_build_object('profile', c360._masked_document(p_tenant, v_data -> 'profile'));
    END IF;
    IF jsonb_typeof(v_data -> 'attributes') = 'object' THEN
        v_shown := v_shown || jsonb_build_object('attributes', c360._masked_document(p_tenant, v_data -> 'attributes'));
    END IF;

    IF jsonb_typeof(v_data -> 'evidence') = 'object' THEN
        v_shown := v_shown || jsonb_build_object('evidence', c360._masked_evidence(p_tenant, v_data -> 'evidence'));
    END IF;
    IF v_data ? 'score' THEN
        v_shown := v_shown - c360._masked_scores(p_tenant);
    END IF;
    IF v_body ->> 'type' = 'traits.updated' THEN
        -- Of a trait that is gone, or was another one then, nobody knows what it looked at.
        v_shown := v_shown || jsonb_build_object('changed', (v_data -> 'changed') - ARRAY(
            SELECT jsonb_object_keys(v_data -> 'changed')
            EXCEPT
            SELECT known.trait
            FROM cdp_trait_states AS known
            WHERE known.trait <> ALL (c360._hidden_traits(p_tenant))
              AND known.begun_at <= (v_body ->> 'timestamp')::timestamptz
        ));
    END IF;
    IF v_shown IS NOT DISTINCT FROM v_data THEN
        RETURN p_body;
    END IF;

    RETURN c360._message_body(v_body ->> 'type', p_tenant, (v_body ->> 'timestamp')::timestamptz, v_shown);
END;
$$;

COMMENT ON FUNCTION c360._shown_message(text, text, jsonb) IS
    'The text of a message as people may see it, masked by the metadata of now.';
