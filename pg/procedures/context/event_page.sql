-- The page an event happened on and the one that led to it, as readers may see them: addresses are origin and path, mail
-- addresses in paths and titles are ****. What is of another type than text counts as not sent. Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360.event_page(p_event jsonb)
    RETURNS c360.page
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_page c360.page;
BEGIN
    v_page.url := c360._shown_address(c360._page_member(p_event, 'url'));
    v_page.host := c360._host_of(v_page.url);
    v_page.path := c360._shown_address(c360._page_member(p_event, 'path'));
    IF v_page.path IS NULL AND v_page.host IS NOT NULL THEN
        v_page.path := coalesce(substring(v_page.url FROM '//[^/]*(/.*)$'), '/');
    END IF;
    v_page.title := c360._shown_text(c360._page_member(p_event, 'title'));
    v_page.referrer := c360._shown_address(c360._page_member(p_event, 'referrer'));
    v_page.referrer_host := c360._host_of(v_page.referrer);

    RETURN v_page;
END;
$$;

COMMENT ON FUNCTION c360.event_page(jsonb) IS
    'Address, title and referrer of the page of an event, without queries, credentials and mail addresses.';
