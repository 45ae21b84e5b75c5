-- Type and name of the kind of event that a name means: a track event, or one of the other types. Raises U1114 event_unknown.

CREATE OR REPLACE FUNCTION c360._event_kind(
    p_event        text,
    p_type         text,
    OUT event_type text,
    OUT event_name text
)
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    event_type := coalesce(p_type, CASE WHEN p_event IN ('identify', 'page', 'screen', 'group') THEN p_event ELSE 'track' END);
    event_name := CASE event_type WHEN 'track' THEN nullif(btrim(p_event), '') ELSE event_type END;
    IF event_type NOT IN ('track', 'identify', 'page', 'screen', 'group') OR event_name IS NULL OR length(event_name) > 500 THEN
        RAISE EXCEPTION 'there is no event "%" of the type %', left(p_event, 80), event_type
            USING ERRCODE = 'U1114',
                  HINT = 'Give the name of a track event, or identify, page, screen or group.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._event_kind(text, text) IS
    'Type and name of the kind of event that a name means.';
