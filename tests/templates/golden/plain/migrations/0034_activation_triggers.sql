-- Why: a score crosses a line only where it is known on which side it was; a change of consent can be told only where it is known what was told; a no
-- counts before the resolver knows whose it is. Lock: new tables and an index of a table that holds weeks of decisions; seconds.

CREATE TABLE tenant_plain.cdp_activation_sides (
    rule               text NOT NULL,
    master_profile_id  uuid NOT NULL,
    CONSTRAINT cdp_activation_sides_pkey PRIMARY KEY (rule, master_profile_id)
);
CREATE INDEX cdp_activation_sides_master_profile_id_idx ON tenant_plain.cdp_activation_sides (master_profile_id);
COMMENT ON TABLE tenant_plain.cdp_activation_sides IS 'Whose score is beyond the line that a rule waits for, as last seen. Derived, so without a foreign key. Not for readers.';

CREATE TABLE tenant_plain.cdp_activation_passes (
    rule          text        NOT NULL,
    active_since  timestamptz NOT NULL,
    walked_to     uuid,
    is_done       boolean     NOT NULL DEFAULT false,
    CONSTRAINT cdp_activation_passes_pkey PRIMARY KEY (rule)
);
COMMENT ON TABLE tenant_plain.cdp_activation_passes IS 'How far everybody has been looked at once for a rule that is new: which side scores are on, who has been silent since when.';
COMMENT ON COLUMN tenant_plain.cdp_activation_passes.active_since IS 'Of the rule, when the pass began: where it is another one by now, everybody is looked at again.';

CREATE INDEX cdp_activations_decided_at_idx ON tenant_plain.cdp_activations (decided_at);

CREATE TABLE tenant_plain.cdp_consent_objections (
    purpose         text   NOT NULL,
    subject         uuid   NOT NULL,
    raw_profile_id  bigint NOT NULL,
    CONSTRAINT cdp_consent_objections_pkey PRIMARY KEY (purpose, subject, raw_profile_id)
);
CREATE INDEX cdp_consent_objections_raw_profile_id_idx ON tenant_plain.cdp_consent_objections (raw_profile_id);
COMMENT ON TABLE tenant_plain.cdp_consent_objections IS 'Observations that say no and are nobody''s yet, by every identifier they name: counts for whoever has one of them until they are resolved. Derived, so without a foreign key. Not for readers.';
COMMENT ON COLUMN tenant_plain.cdp_consent_objections.subject IS 'Hash of an identifier.';

CREATE TABLE tenant_plain.cdp_consent_told (
    master_profile_id  uuid NOT NULL,
    purpose            text NOT NULL,
    state              text NOT NULL,
    CONSTRAINT cdp_consent_told_pkey PRIMARY KEY (master_profile_id, purpose),
    CONSTRAINT cdp_consent_told_state_check CHECK (state IN ('granted', 'denied'))
);
COMMENT ON TABLE tenant_plain.cdp_consent_told IS 'What consent.changed said last of golden records, while somebody wants it. Derived, so without a foreign key. Not for readers.';
