-- Why: consents with their proof, and by observation what holds, so that they follow merge and split. Lock: new tables only; milliseconds.

CREATE TABLE tenant_plain.cdp_consents (
    consent_id      bigint      GENERATED ALWAYS AS IDENTITY,
    raw_profile_id  bigint      NOT NULL,
    purpose         text        NOT NULL,
    is_granted      boolean     NOT NULL,
    first_said_at   timestamptz NOT NULL,
    last_said_at    timestamptz NOT NULL,
    recorded_at     timestamptz NOT NULL DEFAULT now(),
    said_count      bigint      NOT NULL DEFAULT 1,
    source          text        NOT NULL,
    method          text        NOT NULL,
    basis           text,
    text_version    text        NOT NULL DEFAULT '',
    actor           text        NOT NULL DEFAULT '',
    proof           text        NOT NULL DEFAULT '',
    is_of_person    boolean     NOT NULL DEFAULT false,
    fingerprint     bytea       NOT NULL,
    CONSTRAINT cdp_consents_pkey PRIMARY KEY (consent_id),
    CONSTRAINT cdp_consents_fingerprint_key UNIQUE (raw_profile_id, fingerprint),
    CONSTRAINT cdp_consents_raw_profile_id_fkey FOREIGN KEY (raw_profile_id) REFERENCES tenant_plain.cdp_raw_profiles (raw_profile_id),
    CONSTRAINT cdp_consents_method_check CHECK (method IN ('event', 'import', 'set')),
    CONSTRAINT cdp_consents_proof_check CHECK (length(proof) <= 1000),
    CONSTRAINT cdp_consents_text_version_check CHECK (length(text_version) <= 100),
    CONSTRAINT cdp_consents_last_said_at_check CHECK (last_said_at >= first_said_at)
) WITH (fillfactor = 80);
CREATE INDEX cdp_consents_last_said_at_idx ON tenant_plain.cdp_consents (last_said_at);
COMMENT ON TABLE tenant_plain.cdp_consents IS 'What persons said to purposes, each yes and no with its source and proof. The same statement of an observation is one row a day. Not for readers: consents() leaves out the proof.';
COMMENT ON COLUMN tenant_plain.cdp_consents.raw_profile_id IS 'The observation that said it; who that is, its link says.';
COMMENT ON COLUMN tenant_plain.cdp_consents.method IS 'event: sent by a touchpoint; import: a column of an import; set: set_consent().';
COMMENT ON COLUMN tenant_plain.cdp_consents.basis IS 'Legal basis of the purpose when it was first recorded; NULL for a purpose that was not declared.';
COMMENT ON COLUMN tenant_plain.cdp_consents.text_version IS 'Of the text the person was shown.';
COMMENT ON COLUMN tenant_plain.cdp_consents.is_of_person IS 'Takes back what any record of the person objected to, not only what the same record did.';
COMMENT ON COLUMN tenant_plain.cdp_consents.fingerprint IS 'SHA-256 of day, purpose and all that is said but the time.';

CREATE TABLE tenant_plain.cdp_consent_marks (
    raw_profile_id  bigint      NOT NULL,
    purpose         text        NOT NULL,
    subject         uuid        NOT NULL,
    granted_at      timestamptz,
    denied_at       timestamptz,
    CONSTRAINT cdp_consent_marks_pkey PRIMARY KEY (raw_profile_id, purpose, subject),
    CONSTRAINT cdp_consent_marks_said_check CHECK (num_nonnulls(granted_at, denied_at) > 0)
) WITH (fillfactor = 80);
COMMENT ON TABLE tenant_plain.cdp_consent_marks IS 'The latest yes and the latest no that each observation said, by the record it speaks for: what holds for a golden record follows from those of its observations. Derived from statements as they come, so without a foreign key. Not for readers.';
COMMENT ON COLUMN tenant_plain.cdp_consent_marks.subject IS 'Hash of the user id, record, cookie or address that speaks: a no holds until the same one says yes. All zeros: a yes for the whole person.';

CREATE TABLE tenant_plain.cdp_consent_names (
    purpose        text        NOT NULL,
    first_said_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT cdp_consent_names_pkey PRIMARY KEY (purpose)
);
COMMENT ON TABLE tenant_plain.cdp_consent_names IS 'Every purpose that anybody said anything to, declared or not.';
COMMENT ON COLUMN tenant_plain.cdp_consent_names.first_said_at IS 'When that was first recorded.';
