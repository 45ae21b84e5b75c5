-- Why: waits, caps and the reasons of every decision are kept. Lock: new tables only; milliseconds.

CREATE TABLE tenant_full.cdp_activation_queue (
    queue_id           bigint      GENERATED ALWAYS AS IDENTITY,
    rule               text        NOT NULL,
    master_profile_id  uuid        NOT NULL,
    trigger_key        text        NOT NULL,
    happened_at        timestamptz NOT NULL,
    due_at             timestamptz NOT NULL,
    CONSTRAINT cdp_activation_queue_pkey PRIMARY KEY (queue_id),
    CONSTRAINT cdp_activation_queue_trigger_key UNIQUE (rule, trigger_key)
);
CREATE INDEX cdp_activation_queue_due_at_idx ON tenant_full.cdp_activation_queue (due_at, queue_id);
CREATE INDEX cdp_activation_queue_master_profile_id_idx ON tenant_full.cdp_activation_queue (master_profile_id);
COMMENT ON TABLE tenant_full.cdp_activation_queue IS 'What set a rule off and is not decided yet: its wait is not over, or it is night where the person is. Derived, so without a foreign key. Not for readers.';
COMMENT ON COLUMN tenant_full.cdp_activation_queue.trigger_key IS 'What set it off: event:<id>, change:<id> of a segment, merge:<id>. Once a rule.';

CREATE TABLE tenant_full.cdp_activations (
    activation_id      uuid        NOT NULL,
    rule               text        NOT NULL,
    master_profile_id  uuid        NOT NULL,
    trigger_key        text        NOT NULL,
    happened_at        timestamptz NOT NULL,
    decided_at         timestamptz NOT NULL,
    is_requested       boolean     NOT NULL,
    reasons            text[]      NOT NULL DEFAULT '{}',
    channel            text        NOT NULL DEFAULT '',
    purpose            text        NOT NULL DEFAULT '',
    expires_at         timestamptz,
    outcomes           jsonb       NOT NULL DEFAULT '{}',
    CONSTRAINT cdp_activations_pkey PRIMARY KEY (activation_id),
    CONSTRAINT cdp_activations_trigger_key UNIQUE (rule, trigger_key),
    CONSTRAINT cdp_activations_reasons_check CHECK (is_requested = (reasons = '{}'))
);
CREATE INDEX cdp_activations_master_profile_id_idx ON tenant_full.cdp_activations (master_profile_id, decided_at);
CREATE INDEX cdp_activations_rule_idx ON tenant_full.cdp_activations (rule, decided_at);
COMMENT ON TABLE tenant_full.cdp_activations IS 'Every decision of a rule about a person: contact asked for, or why not. Derived, so without a foreign key. Not for readers.';
COMMENT ON COLUMN tenant_full.cdp_activations.activation_id IS 'In the message activation.requested.';
COMMENT ON COLUMN tenant_full.cdp_activations.outcomes IS 'What became of it: {outcome: when that was first}. Each is an event of the person too.';
COMMENT ON COLUMN tenant_full.cdp_activations.reasons IS 'Why the person is not contacted; empty when they are.';

CREATE TABLE tenant_full.cdp_activation_places (
    is_only    boolean NOT NULL DEFAULT true,
    change_id  bigint  NOT NULL,
    CONSTRAINT cdp_activation_places_pkey PRIMARY KEY (is_only),
    CONSTRAINT cdp_activation_places_is_only_check CHECK (is_only)
);
COMMENT ON TABLE tenant_full.cdp_activation_places IS 'Up to which change of segments rules have seen them.';

CREATE TABLE tenant_full.cdp_sent_messages (
    provider_message_id  text        NOT NULL,
    activation_id        uuid,
    early_outcomes       jsonb       NOT NULL DEFAULT '{}',
    noted_at             timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT cdp_sent_messages_pkey PRIMARY KEY (provider_message_id),
    CONSTRAINT cdp_sent_messages_provider_message_id_check CHECK (length(provider_message_id) BETWEEN 1 AND 200)
);
CREATE INDEX cdp_sent_messages_activation_id_idx ON tenant_full.cdp_sent_messages (activation_id);
CREATE INDEX cdp_sent_messages_noted_at_idx ON tenant_full.cdp_sent_messages (noted_at) WHERE activation_id IS NULL;
COMMENT ON TABLE tenant_full.cdp_sent_messages IS 'By which id a provider knows the message of an activation; its callbacks name that. Derived, so without a foreign key. Not for readers.';
COMMENT ON COLUMN tenant_full.cdp_sent_messages.activation_id IS 'NULL: a callback came, and no answer of the provider has named the id yet. Such a row is kept for a day: it may be about a message that somebody else sent.';
COMMENT ON COLUMN tenant_full.cdp_sent_messages.early_outcomes IS 'What callbacks said before the id was known: {outcome: {at, source}}.';
