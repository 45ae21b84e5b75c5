-- Why: what a webhook is sent may have the form its receiver wants, and carry credentials of the receiver.
-- Lock: creates two new tables; milliseconds.

CREATE TABLE c360.subscription_renderings (
    subscription_id  uuid        NOT NULL,
    version          integer     NOT NULL DEFAULT 1,
    preset           text,
    rendering        jsonb       NOT NULL,
    changed_at       timestamptz NOT NULL DEFAULT now(),
    changed_by       text        NOT NULL DEFAULT session_user,
    CONSTRAINT subscription_renderings_pkey PRIMARY KEY (subscription_id),
    CONSTRAINT subscription_renderings_subscription_id_fkey FOREIGN KEY (subscription_id)
        REFERENCES c360.subscriptions (subscription_id) ON DELETE CASCADE,
    CONSTRAINT subscription_renderings_preset_check CHECK (preset ~ '^[a-z][a-z0-9-]{0,40}$'),
    CONSTRAINT subscription_renderings_rendering_check CHECK (
        jsonb_typeof(rendering) = 'object'
        AND coalesce(rendering ->> 'format', '') IN ('raw', 'cloudevents_structured', 'cloudevents_binary', 'template')
        AND (rendering ->> 'format' = 'template') = (rendering ? 'template')
    ),
    CONSTRAINT subscription_renderings_size_check CHECK (octet_length(rendering::text) <= 131072)
);
COMMENT ON TABLE c360.subscription_renderings IS 'What is made of a message before it is sent; a webhook without a row gets the text of the message as it is.';
COMMENT ON COLUMN c360.subscription_renderings.version IS 'Grows with each change; relays compile a version once.';
COMMENT ON COLUMN c360.subscription_renderings.preset IS 'Where the rendering comes from; it was copied, so that a new release changes nothing by itself.';
COMMENT ON COLUMN c360.subscription_renderings.rendering IS 'format, and where they are used: template, encoding, headers, target, hosts, params, batch, push_keys, answers. Never a secret.';

CREATE TABLE c360.subscription_credentials (
    subscription_id  uuid        NOT NULL,
    version          integer     NOT NULL DEFAULT 1,
    key_id           text        NOT NULL,
    nonce            bytea       NOT NULL,
    ciphertext       bytea       NOT NULL,
    renewing_until   timestamptz NOT NULL DEFAULT '-infinity',
    changed_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT subscription_credentials_pkey PRIMARY KEY (subscription_id),
    CONSTRAINT subscription_credentials_subscription_id_fkey FOREIGN KEY (subscription_id)
        REFERENCES c360.subscriptions (subscription_id) ON DELETE CASCADE,
    CONSTRAINT subscription_credentials_nonce_check CHECK (octet_length(nonce) = 12),
    CONSTRAINT subscription_credentials_size_check CHECK (octet_length(ciphertext) <= 65536 AND length(key_id) <= 200)
);
COMMENT ON TABLE c360.subscription_credentials IS 'What a webhook proves itself with at its receiver, AES-256-GCM by a master key that PostgreSQL never sees.';
COMMENT ON COLUMN c360.subscription_credentials.version IS 'Grows with each change; the encryption is bound to it.';
COMMENT ON COLUMN c360.subscription_credentials.key_id IS 'Which master key; so that masters can be rotated.';
COMMENT ON COLUMN c360.subscription_credentials.renewing_until IS 'One relay asks the provider for a new token; others leave it alone until then.';
