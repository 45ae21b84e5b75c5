-- Takes the rows of removed feeds along: their table has no foreign key, so that writing to it does not lock the feed for every row.

CREATE OR REPLACE FUNCTION c360.tg_topic_feeds_forget()
    RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM c360.feed_messages AS entry
    USING old_feeds AS removed
    WHERE entry.feed_id = removed.feed_id;

    RETURN NULL;
END;
$$;

COMMENT ON FUNCTION c360.tg_topic_feeds_forget() IS
    'Deletes the rows of removed feeds.';

CREATE OR REPLACE TRIGGER topic_feeds_forget
    AFTER DELETE ON c360.topic_feeds
    REFERENCING OLD TABLE AS old_feeds
    FOR EACH STATEMENT
    EXECUTE FUNCTION c360.tg_topic_feeds_forget();
