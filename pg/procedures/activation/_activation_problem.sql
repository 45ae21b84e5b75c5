-- What is wrong with the definition of a rule; NULL when nothing is. Reads the attributes of the tenant.

CREATE OR REPLACE FUNCTION c360._activation_problem(p_tenant text, p_definition jsonb)
    RETURNS text
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_when  jsonb := p_definition -> 'when';
    v_kinds text[];
    v_name  text;
BEGIN
    SELECT min(item.name)
    INTO v_name
    FROM jsonb_object_keys(p_definition) AS item (name)
    WHERE item.name <> ALL ('{when,segment,not_in_segment,needs,channel,purpose,subscription,attributes,data,cap,once_per,quiet,expires_after}');
    IF v_name IS NOT NULL THEN
        RETURN format('"%s" is nothing a rule says', v_name);
    END IF;

    IF jsonb_typeof(v_when) IS DISTINCT FROM 'object' THEN
        RETURN 'it does not say when: {"segment_entered": "vip"}';
    END IF;
    v_kinds := ARRAY(
        SELECT item.name
        FROM jsonb_object_keys(v_when) AS item (name)
        WHERE item.name IN ('segment_entered', 'segment_left', 'event', 'no_event', 'score_crossed', 'merged')
    );
    IF cardinality(v_kinds) <> 1 THEN
        RETURN 'when says one of segment_entered, segment_left, event, no_event, score_crossed and merged';
    END IF;

    SELECT min(item.name)
    INTO v_name
    FROM jsonb_object_keys(v_when) AS item (name)
    WHERE item.name <> v_kinds[1]
      AND NOT (v_kinds[1] = 'event' AND item.name IN ('wait', 'unless'));
    IF v_name IS NOT NULL THEN
        RETURN format('"%s" does not go with %s', v_name, v_kinds[1]);
    END IF;

    SELECT format('attribute "%s" is masked or not there', named.name)
    INTO v_name
    FROM jsonb_array_elements_text(
        CASE jsonb_typeof(p_definition -> 'attributes') WHEN 'array' THEN p_definition -> 'attributes' ELSE '[]' END
            || CASE jsonb_typeof(p_definition -> 'needs') WHEN 'array' THEN p_definition -> 'needs' ELSE '[]' END
    ) AS named (name)
    WHERE NOT EXISTS (
        SELECT
        FROM c360.profile_attributes AS attribute
        WHERE attribute.tenant = p_tenant
          AND attribute.attribute = named.name
          AND attribute.status = 'active'
          AND attribute.attribute NOT IN (SELECT hidden.attribute FROM c360._masked_attributes(p_tenant) AS hidden)
    )
    LIMIT 1;
    IF v_name IS NOT NULL THEN
        RETURN v_name;
    END IF;

    RETURN CASE
        WHEN v_kinds[1] = 'merged' AND v_when -> 'merged' <> 'true' THEN 'merged is true'
        WHEN v_kinds[1] = 'no_event' AND NOT (
            jsonb_typeof(v_when -> 'no_event') = 'object'
            AND coalesce(jsonb_typeof(v_when #> '{no_event,event}'), '') = 'string'
            AND v_when #>> '{no_event,event}' <> ''
            AND coalesce(v_when #>> '{no_event,days}', '') ~ '^([1-9][0-9]?|[12][0-9]{2}|3[0-5][0-9]|36[0-6])$'
            AND (v_when -> 'no_event') - '{event,days}'::text[] = '{}'
        ) THEN 'no_event is no {"event": "Order Completed", "days": 30}'
        WHEN v_kinds[1] = 'score_crossed' AND NOT (
            jsonb_typeof(v_when -> 'score_crossed') = 'object'
            AND jsonb_typeof(coalesce(v_when #> '{score_crossed,above}', v_when #> '{score_crossed,below}')) = 'number'
            -- jsonb keeps numbers that no score can be compared with.
            AND pg_input_is_valid(coalesce(v_when #>> '{score_crossed,above}', v_when #>> '{score_crossed,below}'), 'double precision')
            AND (v_when -> 'score_crossed') ? 'above' <> (v_when -> 'score_crossed') ? 'below'
            AND (v_when -> 'score_crossed') - '{score,above,below}'::text[] = '{}'
        ) THEN 'score_crossed is no {"score": "clv", "above": 500}, above or below'
        WHEN v_kinds[1] = 'score_crossed' AND c360._score_source(v_when #>> '{score_crossed,score}') IS NULL
            THEN format('"%s" is no score that can cross a line', v_when #>> '{score_crossed,score}')
        WHEN v_kinds[1] = 'score_crossed' AND v_when #>> '{score_crossed,score}' = ANY (c360._masked_scores(p_tenant))
            THEN format('score "%s" tells what is masked', v_when #>> '{score_crossed,score}')
        WHEN v_kinds[1] = ANY ('{segment_entered,segment_left,event}') AND coalesce(v_when ->> v_kinds[1], '') = ''
            THEN format('%s has no name', v_kinds[1])
        WHEN v_kinds[1] = ANY ('{segment_entered,segment_left,event}') AND jsonb_typeof(v_when -> v_kinds[1]) <> 'string' THEN format('%s is no name', v_kinds[1])
        WHEN v_when ? 'wait' AND NOT c360._is_span(v_when -> 'wait') THEN 'wait is no time such as 30 minutes'
        WHEN v_when ? 'unless' AND NOT c360._is_list_of_texts(v_when -> 'unless') THEN 'unless is no list of names of events'
        WHEN coalesce(p_definition ->> 'channel', '') !~ '^[a-z][a-z0-9_-]{0,40}$' THEN 'channel is no name such as email'
        WHEN NOT coalesce(c360._is_purpose(p_definition ->> 'purpose'), false) THEN 'it names no purpose'
        WHEN p_definition ? 'segment' AND coalesce(p_definition ->> 'segment', '') !~ '^[a-z][a-z0-9_]{0,40}$' THEN 'segment is no name'
        WHEN p_definition ? 'not_in_segment' AND coalesce(p_definition ->> 'not_in_segment', '') !~ '^[a-z][a-z0-9_]{0,40}$'
            THEN 'not_in_segment is no name'
        WHEN p_definition ? 'subscription' AND jsonb_typeof(p_definition -> 'subscription') <> 'string' THEN 'subscription is no name'
        WHEN p_definition ? 'attributes' AND NOT c360._is_list_of_texts(p_definition -> 'attributes') THEN 'attributes is no list of names'
        WHEN p_definition ? 'needs' AND NOT c360._is_list_of_texts(p_definition -> 'needs') THEN 'needs is no list of names'
        WHEN p_definition ? 'data' AND jsonb_typeof(p_definition -> 'data') <> 'object' THEN 'data is no object'
        WHEN p_definition ? 'once_per' AND NOT c360._is_span(p_definition -> 'once_per') THEN 'once_per is no time such as 30 days'
        WHEN p_definition ? 'expires_after' AND NOT c360._is_span(p_definition -> 'expires_after')
            THEN 'expires_after is no time such as 1 day'
        WHEN p_definition ? 'cap' AND NOT (
            jsonb_typeof(p_definition -> 'cap') = 'object'
            AND coalesce(p_definition #>> '{cap,count}', '') ~ '^[1-9][0-9]{0,2}$'
            AND coalesce(c360._is_span(p_definition #> '{cap,within}'), false)
            AND (p_definition -> 'cap') - '{count,within}'::text[] = '{}'
        ) THEN 'cap is no {"count": 2, "within": "7 days"}'
        WHEN p_definition ? 'quiet' AND NOT (
            jsonb_typeof(p_definition -> 'quiet') = 'object'
            AND coalesce(p_definition #>> '{quiet,from}', '') ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'
            AND coalesce(p_definition #>> '{quiet,to}', '') ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'
            AND p_definition #>> '{quiet,from}' <> p_definition #>> '{quiet,to}'
            AND (p_definition -> 'quiet') - '{from,to}'::text[] = '{}'
        ) THEN 'quiet is no {"from": "21:00", "to": "08:00"}'
    END;
END;
$$;

COMMENT ON FUNCTION c360._activation_problem(text, jsonb) IS
    'What is wrong with the definition of a rule of activation.';
