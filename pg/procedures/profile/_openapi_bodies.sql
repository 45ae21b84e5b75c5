-- What is sent as schemas of OpenAPI: an event, a batch of events, an answer to purposes, what became of a contact and what an agent asks; and what it is
-- answered. Bounds are those that the functions hold. Reads nothing.

CREATE OR REPLACE FUNCTION c360._openapi_bodies()
    RETURNS TABLE (name text, definition json)
    LANGUAGE sql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    VALUES
        ('identifier', '{"type": ["string", "number", "null"], "maxLength": 500}'::json),
        ('moment', '{"type": ["string", "number", "null"], "description": "ISO 8601, or a number since 1970."}'),
        ('event', '{"type": "object", "properties": {"type": {"enum": ["identify", "track", "page", "screen", "group", "alias"]},
            "messageId": {"type": ["string", "null"], "maxLength": 100, "description": "The same one is the same event, for ever."},
            "userId": {"$ref": "#/components/schemas/identifier"}, "anonymousId": {"$ref": "#/components/schemas/identifier"},
            "groupId": {"$ref": "#/components/schemas/identifier"}, "previousId": {"$ref": "#/components/schemas/identifier"},
            "event": {"type": "string", "maxLength": 500, "description": "The name, of track."},
            "traits": {"type": "object"}, "properties": {"type": "object"}, "context": {"type": "object"},
            "timestamp": {"$ref": "#/components/schemas/moment"}, "originalTimestamp": {"$ref": "#/components/schemas/moment"},
            "sentAt": {"$ref": "#/components/schemas/moment"}}}'),
        ('events', '{"type": "array", "maxItems": 2500, "items": {"$ref": "#/components/schemas/event"}}'),
        ('batch', '{"anyOf": [{"$ref": "#/components/schemas/events"}, {"type": "object", "required": ["batch"], "properties": {
            "batch": {"$ref": "#/components/schemas/events"}, "context": {"type": "object"}, "integrations": {"type": "object"},
            "sentAt": {"$ref": "#/components/schemas/moment"}}}]}'),
        ('consent', '{"type": "object", "required": ["purposes"], "properties": {
            "purposes": {"type": "object", "additionalProperties": {"type": "boolean"}, "description": "A yes or no to each purpose."},
            "messageId": {"type": ["string", "null"], "maxLength": 100, "description": "The same one is the same event, for ever."},
            "userId": {"$ref": "#/components/schemas/identifier"}, "anonymousId": {"$ref": "#/components/schemas/identifier"},
            "proof": {"type": "string"}, "textVersion": {"type": "string"}, "traits": {"type": "object"}, "context": {"type": "object"},
            "timestamp": {"$ref": "#/components/schemas/moment"}}}'),
        ('outcome', '{"type": "object", "required": ["activationId", "outcome"], "properties": {
            "activationId": {"type": "string", "format": "uuid", "description": "activation_id of the message activation.requested."},
            "outcome": {"enum": ["delivered", "failed", "opened", "clicked", "replied", "unsubscribed"]},
            "timestamp": {"$ref": "#/components/schemas/moment"},
            "details": {"type": "object", "description": "At most 8 KB, kept with the event."},
            "messageId": {"type": ["string", "null"], "maxLength": 60, "description": "The same one is the same outcome."}}}'),
        ('agent_question', '{"type": "object", "required": ["identifierType", "value", "purpose"], "properties": {
            "identifierType": {"type": "string", "description": "Such as email, phone, user_id; profile_id takes the id of a golden record."},
            "value": {"type": "string"},
            "purpose": {"type": "string", "description": "A declared purpose: what the agent does it for."},
            "channel": {"type": ["string", "null"], "pattern": "^[a-z][a-z0-9_-]{0,40}$", "description": "Over which it would talk."},
            "events": {"type": ["integer", "null"], "minimum": 0, "maximum": 50, "default": 10}}}'),
        ('agent_context', '{"type": "object", "properties": {
            "profile_id": {"type": "string", "format": "uuid"}, "as_of": {"type": "string", "format": "date-time"},
            "purpose": {"type": "object", "properties": {"purpose": {"type": "string"}, "title": {"type": "string"}, "basis": {"type": "string"},
            "channels": {"type": "array", "items": {"type": "string"}, "description": "Empty: any."}}},
            "is_allowed": {"type": "boolean", "description": "Where it is false, all from profile on is null."},
            "consents": {"type": "array", "items": {"type": "object", "properties": {"purpose": {"type": "string"}, "is_allowed": {"type": "boolean"},
            "state": {"enum": ["granted", "denied", "default"]}, "since": {"type": ["string", "null"], "format": "date-time"}}}},
            "do_not": {"type": "array", "items": {"type": "object", "properties": {"what": {"enum": ["use", "contact"]},
            "channel": {"type": ["string", "null"]}, "reason": {"enum": ["no_consent", "quiet_hours", "cap", "channel_not_of_purpose"]},
            "until": {"type": ["string", "null"], "format": "date-time"}}}},
            "profile": {"type": ["object", "null"]},
            "masked": {"type": ["array", "null"], "items": {"type": "string"}, "description": "Attributes that are known and not told."},
            "computed_traits": {"type": ["object", "null"]},
            "scores": {"type": ["array", "null"], "items": {"type": "object", "properties": {"score": {"type": "string"}, "value": {},
            "parts": {"type": "array", "items": {"type": "object", "properties": {"part": {"type": "string"}, "points": {"type": "number"},
            "words": {"type": "string"}}}}}}},
            "segments": {"type": ["array", "null"], "items": {"type": "object", "properties": {"segment": {"type": "string"},
            "entered_at": {"type": "string", "format": "date-time"}}}},
            "last_events": {"type": ["array", "null"], "items": {"type": "object", "properties": {"event": {"type": "string"},
            "occurred_at": {"type": "string", "format": "date-time"}, "properties": {"type": "object"}}}},
            "next_best_action": {"type": ["object", "null"], "properties": {"rule": {"type": "string"}, "title": {"type": "string"},
            "channel": {"type": "string"}, "not_before": {"type": "string", "format": "date-time"},
            "expires_at": {"type": "string", "format": "date-time"}, "attributes": {"type": "object"}, "data": {"type": "object"}}},
            "no_action_because": {"type": ["array", "null"], "items": {"type": "object", "properties": {"rule": {"type": "string"},
            "channel": {"type": "string"}, "reasons": {"type": "array", "items": {"type": "string"}}}}}}}');
$$;

COMMENT ON FUNCTION c360._openapi_bodies() IS
    'What is sent over HTTP as schemas of OpenAPI.';
