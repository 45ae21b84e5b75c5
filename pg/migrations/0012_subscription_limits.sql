-- Why: each message of a tenant is held against each of its webhooks and every type one lists, by the fan-out that serves all tenants; relays
-- of all tenants load its secrets.
-- Lock: ACCESS EXCLUSIVE on two small tables; milliseconds. What stands there already stays as it is.

ALTER TABLE c360.subscriptions
    ADD CONSTRAINT subscriptions_topics_count_check CHECK (cardinality(topics) <= 5) NOT VALID,
    ADD CONSTRAINT subscriptions_types_count_check CHECK (cardinality(types) <= 100 AND length(array_to_string(types, ' ', '?')) <= 8192) NOT VALID;

ALTER TABLE c360.subscription_secrets
    ADD CONSTRAINT subscription_secrets_size_check CHECK (octet_length(ciphertext) <= 1024 AND length(key_id) <= 200) NOT VALID;
