-- What is sent as schemas of OpenAPI: an event, a batch of events, an answer to purposes and what became of a contact. Bounds are those
-- that ingest and outcomes hold. Reads nothing.

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
            "messageId": {"type": ["string", "null"], "maxLength": 60, "description": "The same one is the same outcome."}}}');
$$;

COMMENT ON FUNCTION c360._openapi_bodies() IS
    'What is sent over HTTP as schemas of OpenAPI.';
