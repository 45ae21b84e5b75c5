-- The types of messages: the one list. Each stands here with its topic and an example of its data that names nobody; a test holds what
-- the code publishes against it. c360 webhook example sends these, and a webhook that asks for a type that is not here is refused.
-- webhook.test is in no topic and not here.

CREATE OR REPLACE FUNCTION c360.list_message_types()
    RETURNS TABLE (topic text, type text, description text, example jsonb)
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    VALUES
        ('c360-updated-profiles', 'profile.created', 'a golden record came to be',
         '{"profile_id": "01a2b3c4-0000-7000-8000-000000000001", "version": 1, "changed": ["first_name", "last_name", "email", "city"], "profile": {"first_name": "Mai", "last_name": "Example", "email": "mai@example.com", "city": "Hanoi"}}'::jsonb),
        ('c360-updated-profiles', 'profile.updated', 'attributes of a golden record changed',
         '{"profile_id": "01a2b3c4-0000-7000-8000-000000000001", "version": 2, "changed": ["email"], "profile": {"first_name": "Mai", "last_name": "Example", "email": "mai@example.com", "city": "Hanoi"}}'::jsonb),
        ('c360-updated-profiles', 'profile.merged', 'two golden records turned out to be one person',
         '{"profile_id": "01a2b3c4-0000-7000-8000-000000000001", "version": 3, "changed": ["email"], "profile": {"first_name": "Mai", "last_name": "Example", "email": "mai@example.com", "city": "Hanoi"}, "survivor_id": "01a2b3c4-0000-7000-8000-000000000001", "absorbed_id": "01a2b3c4-0000-7000-8000-000000000002", "rule": "exact", "evidence": {}}'::jsonb),
        ('c360-updated-profiles', 'profile.split', 'observations were taken out of a golden record',
         '{"profile_id": "01a2b3c4-0000-7000-8000-000000000002", "version": 1, "changed": ["email"], "profile": {"first_name": "Mai", "last_name": "Example", "email": "mai@example.com", "city": "Hanoi"}, "from_profile_id": "01a2b3c4-0000-7000-8000-000000000001"}'::jsonb),
        ('c360-updated-profiles', 'profile.erased', 'a person was erased',
         '{"profile_id": "01a2b3c4-0000-7000-8000-000000000001", "merged_profile_ids": ["01a2b3c4-0000-7000-8000-000000000002"], "raw_profile_ids": [4, 17], "mode": "erase"}'::jsonb),
        ('c360-updated-profiles', 'consent.changed', 'what holds for a person and a purpose is another',
         '{"profile_id": "01a2b3c4-0000-7000-8000-000000000001", "purpose": "marketing", "is_allowed": false, "state": "denied", "before": "granted", "since": "2026-11-24T10:00:00Z"}'::jsonb),
        ('c360-updated-profiles', 'profiles.changed', 'a batch of golden records of a load, told as a summary',
         '{"created": 812, "updated": 188, "split": 0, "merged": 14}'::jsonb),
        ('c360-behavioral-events', 'event.recorded', 'an event was stored',
         '{"event_id": 17, "raw_profile_id": 4, "source": "web", "message_id": "example-1", "type": "track", "event_name": "Order Completed", "received_at": "2026-11-24T10:00:01Z", "occurred_at": "2026-11-24T10:00:00Z", "event": {"type": "track", "event": "Order Completed", "messageId": "example-1", "anonymousId": "example-device", "properties": {"order_id": "example-order", "revenue": 49.9, "currency": "USD"}}}'::jsonb),
        ('c360-behavioral-events', 'events.recorded', 'the events of one call, told as a summary',
         '{"count": 500, "received_at": "2026-11-24T10:00:01Z"}'::jsonb),
        ('c360-id-resolution', 'observations.queued', 'observations wait for the resolver',
         '{"count": 3}'::jsonb),
        ('c360-synch-events', 'metadata.changed', 'rows of a governance table were added, changed or removed',
         '{"table": "profile_attributes", "objects": [{"object": "loyalty_tier", "operation": "added"}]}'::jsonb),
        ('c360-synch-events', 'tenant.synced', 'the schema of the tenant was brought in line with its metadata',
         '{"schema_name": "tenant_example", "attributes": ["loyalty_tier"]}'::jsonb),
        ('c360-activation-events', 'endpoint.disabled', 'a webhook answered 410, or failed for 120 hours',
         '{"subscription_id": "f73d0000-0000-4000-8000-000000000001", "name": "crm", "reason": "The endpoint answered 410 Gone."}'::jsonb),
        ('c360-activation-events', 'endpoint.paused', 'the condition of a webhook cannot be evaluated any more',
         '{"subscription_id": "f73d0000-0000-4000-8000-000000000001", "name": "crm", "reason": "Its condition fails: column \"loyalty_tier\" does not exist"}'::jsonb),
        ('c360-activation-events', 'score.changed', 'a customer moved to another RFM segment',
         '{"profile_id": "01a2b3c4-0000-7000-8000-000000000001", "score": "rfm_segment", "from": "Promising", "to": "Champions", "as_of": "2026-11-24T10:00:00Z", "rfm_score": "555", "recency_days": 3, "frequency": 7, "monetary": 412.5, "currency": "USD"}'::jsonb),
        ('c360-activation-events', 'activation.requested', 'a rule asks to contact a customer',
         '{"activation_id": "01a2b3c4-0000-7000-8000-000000000003", "rule": "cart", "profile_id": "01a2b3c4-0000-7000-8000-000000000001", "channel": "email", "purpose": "marketing", "set_off_by": "event:4711", "happened_at": "2026-11-24T10:00:00Z", "not_before": "2026-11-24T10:30:02Z", "expires_at": "2026-11-24T22:30:00Z", "attributes": {"email": "mai@example.com"}, "data": {"template": "cart"}}'::jsonb),
        ('c360-activation-events', 'segment.entered', 'a customer is in a segment now',
         '{"profile_id": "01a2b3c4-0000-7000-8000-000000000001", "segment": "regulars", "reason": "event", "at": "2026-11-24T10:00:00Z"}'::jsonb),
        ('c360-activation-events', 'segment.left', 'a customer is no longer in a segment',
         '{"profile_id": "01a2b3c4-0000-7000-8000-000000000001", "segment": "regulars", "reason": "time", "at": "2026-11-24T10:00:00Z"}'::jsonb),
        ('c360-activation-events', 'traits.updated', 'computed traits of a customer changed',
         '{"profile_id": "01a2b3c4-0000-7000-8000-000000000001", "changed": {"favourite_category": {"from": "shoes", "to": "books"}}, "at": "2026-11-24T10:00:00Z"}'::jsonb),
        ('c360-activation-events', 'segment.changed', 'who entered and left a segment, told as a summary',
         '{"segment": "regulars", "entered": 40, "left": 2, "at": "2026-11-24T10:00:00Z"}'::jsonb),
        ('c360-activation-events', 'traits.changed', 'computed traits changed, told as a summary',
         '{"profiles": 112, "at": "2026-11-24T10:00:00Z"}'::jsonb),
        ('c360-activation-events', 'scores.changed', 'customers moved to other RFM segments, told as a summary',
         '{"score": "rfm_segment", "profiles": 112, "as_of": "2026-11-24T10:00:00Z"}'::jsonb);
$$;

COMMENT ON FUNCTION c360.list_message_types() IS
    'Every type of message with its topic, what it tells, and an example of its data.';
