-- The sentence for each reason to refuse an event. The codes are rows of errors.csv.

CREATE OR REPLACE FUNCTION c360._rejection_reason(p_code text)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE p_code
        WHEN 'U1101' THEN 'an event must be a JSON object'
        WHEN 'U1102' THEN 'the event is no JSON (NaN, bytes that are no UTF-8) or holds what no database text can hold: \u0000, half a surrogate pair, or a number beyond all bounds'
        WHEN 'U1103' THEN 'the event is larger than 32 KB'
        WHEN 'U1104' THEN 'messageId must be a string of at most 100 characters'
        WHEN 'U1105' THEN 'type must be one of identify, track, page, screen, group, alias'
        WHEN 'U1106' THEN 'userId, anonymousId, groupId and previousId must be strings or numbers'
        WHEN 'U1107' THEN 'userId, anonymousId, groupId and previousId may have 500 characters'
        WHEN 'U1108' THEN 'userId or anonymousId is needed'
        WHEN 'U1109' THEN 'a track event needs its name in event'
        WHEN 'U1110' THEN 'the name of an event may have 500 characters'
        WHEN 'U1111' THEN 'a group event needs groupId'
        WHEN 'U1112' THEN 'an alias event needs previousId and userId'
        WHEN 'U1113' THEN 'the event does not follow its schema in the tracking plan'
        WHEN 'U1116' THEN 'the webhook is none that its preset understands'
        WHEN 'U1117' THEN 'the body says yes or no to no purpose'
    END;
$$;

COMMENT ON FUNCTION c360._rejection_reason(text) IS
    'Why an event was refused, in words.';
