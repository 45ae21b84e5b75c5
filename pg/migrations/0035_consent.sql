-- Why: the purposes for which a tenant may use what it knows about persons, and what was said of them while it travels between functions.
-- Lock: creates a new table and a type, adds a kind of retention; milliseconds.

CREATE TABLE c360.consent_purposes (
    tenant             text        NOT NULL,
    purpose            text        NOT NULL,
    title              text        NOT NULL DEFAULT '',
    description        text        NOT NULL DEFAULT '',
    basis              text        NOT NULL DEFAULT 'consent',
    allows_by_default  boolean     NOT NULL DEFAULT false,
    channels           text[]      NOT NULL DEFAULT '{}',
    text_version       text        NOT NULL DEFAULT '',
    created_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT consent_purposes_pkey PRIMARY KEY (tenant, purpose),
    CONSTRAINT consent_purposes_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT consent_purposes_purpose_check CHECK (purpose ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$'),
    CONSTRAINT consent_purposes_title_check CHECK (length(title) <= 200),
    CONSTRAINT consent_purposes_description_check CHECK (length(description) <= 2000),
    CONSTRAINT consent_purposes_basis_check CHECK (basis IN (
        'consent', 'contract', 'legal_obligation', 'vital_interests', 'public_task', 'legitimate_interests'
    )),
    CONSTRAINT consent_purposes_allows_by_default_check CHECK (NOT (allows_by_default AND basis = 'consent')),
    CONSTRAINT consent_purposes_channels_check CHECK (
        cardinality(channels) <= 20 AND array_position(channels, NULL) IS NULL AND array_position(channels, '') IS NULL
    ),
    CONSTRAINT consent_purposes_text_version_check CHECK (length(text_version) <= 100)
);
COMMENT ON TABLE c360.consent_purposes IS 'What a tenant uses the data of persons for, on which legal basis, and what holds while a person has said nothing.';
COMMENT ON COLUMN c360.consent_purposes.purpose IS 'As touchpoints send it: the name of a category in context.consent.categoryPreferences.';
COMMENT ON COLUMN c360.consent_purposes.basis IS 'Of article 6 of the GDPR.';
COMMENT ON COLUMN c360.consent_purposes.allows_by_default IS 'Whether it is allowed while a person has said nothing. Never on the basis consent: there only a yes allows.';
COMMENT ON COLUMN c360.consent_purposes.channels IS 'Ways of contact the purpose is for; empty: any.';
COMMENT ON COLUMN c360.consent_purposes.text_version IS 'Which text persons are shown now; kept with each statement that names none itself.';

CREATE TYPE c360.consent_statement AS (
    raw_profile_id  bigint,
    purpose         text,
    is_granted      boolean,
    said_at         timestamptz,
    source          text,
    method          text,
    proof           text,
    text_version    text,
    actor           text,
    is_of_person    boolean
);
COMMENT ON TYPE c360.consent_statement IS 'A yes or no to a purpose, and how it is known.';
COMMENT ON COLUMN c360.consent_statement.raw_profile_id IS 'The observation that said it, or on which it was set.';
COMMENT ON COLUMN c360.consent_statement.method IS 'event, import or set.';
COMMENT ON COLUMN c360.consent_statement.is_of_person IS 'A yes for all records that are this person then, not only for the record that says it.';

CREATE TYPE c360.import_consent AS (
    state         text,
    source        text,
    content_hash  bytea,
    said_at       timestamptz,
    is_stated     boolean,
    consents      jsonb,
    proof         text
);
COMMENT ON TYPE c360.import_consent IS 'What a row of an import says of consents: {purpose: true or false}.';
COMMENT ON COLUMN c360.import_consent.state IS 'What became of the row, or the SQLSTATE that refuses it.';
COMMENT ON COLUMN c360.import_consent.content_hash IS 'That of the observation it is.';
COMMENT ON COLUMN c360.import_consent.is_stated IS 'Whether the row says when; otherwise said_at is that of the import.';

ALTER TABLE c360.retention_kinds DROP CONSTRAINT retention_kinds_kind_check;
ALTER TABLE c360.retention_kinds ADD CONSTRAINT retention_kinds_kind_check CHECK (kind ~ '^[a-z][a-z_]{1,40}$');
INSERT INTO c360.retention_kinds (kind, description, default_keep, position)
VALUES ('consents', 'Statements of consent that a later one about the same purpose replaced; the present ones always stay.', NULL, 35);

-- Rows of imports say more now.
DROP FUNCTION IF EXISTS c360._judge_import_rows(text, text, jsonb, jsonb[], text[], timestamptz);
