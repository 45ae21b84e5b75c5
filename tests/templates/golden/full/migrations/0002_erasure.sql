-- Why: persons can be erased and stay erased. Lock: new tables only; milliseconds.

CREATE TABLE tenant_full.cdp_erasures (
    erasure_id  bigint      GENERATED ALWAYS AS IDENTITY,
    mode        text        NOT NULL,
    reason      text        NOT NULL,
    erased_by   text        NOT NULL,
    erased_at   timestamptz NOT NULL,
    counts      jsonb       NOT NULL,
    CONSTRAINT cdp_erasures_pkey PRIMARY KEY (erasure_id),
    CONSTRAINT cdp_erasures_mode_check CHECK (mode IN ('erase', 'anonymise')),
    CONSTRAINT cdp_erasures_reason_check CHECK (reason <> '')
);
COMMENT ON TABLE tenant_full.cdp_erasures IS 'That a person was erased: when, by whom, why, how much. Not who.';
COMMENT ON COLUMN tenant_full.cdp_erasures.mode IS 'erase: nothing stays; anonymise: events stay, with time, name and amounts.';
COMMENT ON COLUMN tenant_full.cdp_erasures.counts IS '{table: rows removed or emptied}.';

CREATE TABLE tenant_full.cdp_erasure_keys (
    is_current      boolean     NOT NULL DEFAULT true,
    key             bytea       NOT NULL,
    last_erased_at  timestamptz,
    CONSTRAINT cdp_erasure_keys_pkey PRIMARY KEY (is_current),
    CONSTRAINT cdp_erasure_keys_is_current_check CHECK (is_current),
    CONSTRAINT cdp_erasure_keys_key_check CHECK (octet_length(key) = 32)
);
COMMENT ON TABLE tenant_full.cdp_erasure_keys IS 'The secret that makes hashes of erased values: one row, random, this tenant''s own, for no role of the tenant to read. Recording events and erasing persons also take turns by it.';
COMMENT ON COLUMN tenant_full.cdp_erasure_keys.last_erased_at IS 'Written by every erasure, so that a transaction with an older snapshot is told.';

CREATE TABLE tenant_full.cdp_suppressions (
    identifier_hash   bytea       NOT NULL,
    erasure_id        bigint      NOT NULL,
    refused_count     bigint      NOT NULL DEFAULT 0,
    last_refused_at   timestamptz,
    CONSTRAINT cdp_suppressions_pkey PRIMARY KEY (identifier_hash),
    CONSTRAINT cdp_suppressions_erasure_id_fkey FOREIGN KEY (erasure_id) REFERENCES tenant_full.cdp_erasures (erasure_id),
    CONSTRAINT cdp_suppressions_identifier_hash_check CHECK (octet_length(identifier_hash) = 32)
) WITH (fillfactor = 80);
CREATE INDEX cdp_suppressions_erasure_id_idx ON tenant_full.cdp_suppressions (erasure_id);
COMMENT ON TABLE tenant_full.cdp_suppressions IS 'Strong identifiers of erased persons, as keyed hashes: observations that hold one are refused. lift_suppression() lets one in again.';
COMMENT ON COLUMN tenant_full.cdp_suppressions.identifier_hash IS 'c360._keyed_hash() of type and value.';
COMMENT ON COLUMN tenant_full.cdp_suppressions.refused_count IS 'Observations that were refused because of it.';

CREATE TABLE tenant_full.cdp_erased_event_ids (
    source        text   NOT NULL,
    message_hash  bytea  NOT NULL,
    CONSTRAINT cdp_erased_event_ids_pkey PRIMARY KEY (source, message_hash),
    CONSTRAINT cdp_erased_event_ids_message_hash_check CHECK (octet_length(message_hash) = 32)
);
COMMENT ON TABLE tenant_full.cdp_erased_event_ids IS 'Message ids of erased events, as keyed hashes: a late retry is a duplicate and not a new event.';
