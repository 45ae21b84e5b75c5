-- What the next frozen release is filled with: two tenants whose data went through the functions of that release, and people
-- who were granted their roles. Run by psql as the owner of the database, once, after tenants.sql. A release keeps its own copy.

SELECT c360.maintain_event_partitions('acme');
SELECT c360.maintain_event_partitions('globex');

CREATE ROLE lan LOGIN;
CREATE ROLE minh LOGIN;
CREATE ROLE ana LOGIN;
SET ROLE c360_owner;
GRANT c360_acme_reader TO lan;
GRANT c360_acme_admin TO minh;
GRANT c360_globex_writer TO ana;
RESET ROLE;

SELECT c360.ingest('acme', '{"batch": [
    {"type": "identify", "messageId": "a-1", "userId": "u1", "timestamp": "2026-01-02T03:04:05Z",
     "traits": {"email": "lan@example.com", "phone": "+84901234567", "firstName": "Lan", "lastName": "Đặng"}},
    {"type": "identify", "messageId": "a-2", "anonymousId": "c9", "timestamp": "2026-01-02T03:05:05Z",
     "traits": {"email": "Lan@Example.com", "address": {"city": "Huế"}}},
    {"type": "identify", "messageId": "a-3", "userId": "u3", "traits": {"email": "minh@example.com", "birthday": "1990-02-03"}},
    {"type": "page", "messageId": "a-4", "anonymousId": "c1", "userId": "u3", "context": {"page": {"url": "https://shop.example/"}}},
    {"type": "track", "messageId": "a-5", "event": "Order Completed", "userId": "u1",
     "properties": {"order_id": "o1", "total": 12.5, "currency": "USD"}},
    {"type": "track", "messageId": "a-6", "event": "Order Refunded", "userId": "u1", "properties": {"order_id": "o1", "total": 2}},
    {"type": "nonsense", "messageId": "a-7", "userId": "u1"}
]}', 'web');
SELECT c360.ingest('globex', '{"batch": [
    {"type": "identify", "messageId": "g-1", "userId": "u1", "traits": {"email": "ana@example.com", "firstName": "Ana"}},
    {"type": "track", "messageId": "g-2", "event": "Order Completed", "userId": "u1",
     "properties": {"order_id": "o1", "total": 99, "currency": "EUR"}}
]}', 'pos');
SELECT c360.resolve_identities('acme');
SELECT c360.resolve_identities('globex');

UPDATE tenant_acme.cdp_master_profiles
SET first_name = 'Minh'
WHERE email = 'minh@example.com';
SELECT c360.resolve_identities('acme');

INSERT INTO c360.match_rules (tenant, rule, kind, definition)
VALUES ('globex', 'same_day', 'composite', '{"all": [{"attribute": "date_of_birth", "compare": "exact"},
    {"attribute": "last_name", "compare": "exact"}]}');
INSERT INTO c360.blocked_values (tenant, identifier_type, pattern, reason)
VALUES ('acme', 'email', 'shop@.*', 'the shop itself');
SELECT c360.create_api_key('acme', 'web', 'write', 'web', sha256('acme'), 'c360_wk_aa');
SELECT c360.create_api_key('globex', 'server', 'secret', 'pos', sha256('globex'), 'c360_sk_gg');
SELECT c360.add_subscription(
    'acme', '01980000-0000-7000-8000-000000000001', 'crm', 'https://crm.example/hooks', 'main', '\x000102030405060708090a0b', '\x00'
);
SELECT c360.refresh_scores('acme');

-- Work in progress: an event nobody has resolved yet, and a message nobody has sent.
SELECT c360.ingest('acme', '{"batch": [{"type": "page", "messageId": "a-8", "anonymousId": "c2"}]}', 'web');
SELECT c360.fan_out();
