-- The campaign that led to an event: context.campaign where the client read it, else the utm_* parameters of the page's
-- address; and the mark of the click. Values are as sent, without mail addresses. What is of another type than text or
-- number counts as not sent. Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360.event_campaign(p_event jsonb)
    RETURNS c360.campaign
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_campaign   c360.campaign;
    v_sent       jsonb := p_event -> 'context' -> 'campaign';
    v_parameters jsonb := c360._query_values(concat_ws(
        '&',
        substring(split_part(c360._page_member(p_event, 'url') #>> '{}', '#', 1) FROM '\?(.*=.*)$'),
        substring(split_part(c360._page_member(p_event, 'search') #>> '{}', '#', 1) FROM '^\??(.*=.*)$')
    ));
BEGIN
    IF jsonb_typeof(v_sent) = 'object' THEN
        v_campaign := c360._campaign_of(v_sent, ARRAY['source', 'medium', 'name', 'term', 'content', 'id']);
    END IF;
    IF v_campaign IS NULL AND v_parameters <> '{}' THEN
        v_campaign := c360._campaign_of(
            v_parameters, ARRAY['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content', 'utm_id']
        );
    END IF;

    IF v_parameters ?| c360._click_id_names() THEN
        SELECT
            known.name,
            c360._shown_text(v_parameters -> known.name)
        INTO
            v_campaign.click_id_name,
            v_campaign.click_id
        FROM unnest(c360._click_id_names()) WITH ORDINALITY AS known (name, rank)
        WHERE v_parameters ? known.name
        ORDER BY known.rank
        LIMIT 1;
    END IF;

    RETURN v_campaign;
END;
$$;

COMMENT ON FUNCTION c360.event_campaign(jsonb) IS
    'The campaign that led to an event, stated or read from the address of its page, and the mark of the click.';
