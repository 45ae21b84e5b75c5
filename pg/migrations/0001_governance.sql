-- Why: the metadata every tenant is rendered from, and the record of who changed it.
-- Lock: creates new tables only; milliseconds on an empty database.

CREATE TABLE c360.tenants (
    tenant            text        NOT NULL,
    schema_name       text        GENERATED ALWAYS AS ('tenant_' || tenant) STORED,
    display_name      text        NOT NULL,
    status            text        NOT NULL DEFAULT 'active',
    default_country   text        NOT NULL DEFAULT 'US',
    default_currency  text        NOT NULL DEFAULT 'USD',
    time_zone         text        NOT NULL DEFAULT 'UTC',
    date_order        text        NOT NULL DEFAULT 'DMY',
    email_ignores_tags boolean    NOT NULL DEFAULT false,
    email_ignores_dots boolean    NOT NULL DEFAULT false,
    max_cluster_size  integer     NOT NULL DEFAULT 500,
    created_at        timestamptz NOT NULL DEFAULT now(),
    suspended_at      timestamptz,
    CONSTRAINT tenants_pkey PRIMARY KEY (tenant),
    CONSTRAINT tenants_tenant_check CHECK (tenant ~ '^[a-z][a-z0-9_]{1,30}$'),
    CONSTRAINT tenants_display_name_check CHECK (display_name <> ''),
    CONSTRAINT tenants_status_check CHECK (status IN ('active', 'suspended')),
    CONSTRAINT tenants_suspended_at_check CHECK ((status = 'suspended') = (suspended_at IS NOT NULL)),
    CONSTRAINT tenants_default_country_check CHECK (default_country ~ '^[A-Z]{2}$'),
    CONSTRAINT tenants_default_currency_check CHECK (default_currency ~ '^[A-Z]{3}$'),
    CONSTRAINT tenants_date_order_check CHECK (date_order IN ('DMY', 'MDY')),
    CONSTRAINT tenants_max_cluster_size_check CHECK (max_cluster_size >= 2)
);
COMMENT ON TABLE c360.tenants IS 'One row per tenant; its data lives in the schema of the same name with prefix tenant_.';
COMMENT ON COLUMN c360.tenants.tenant IS 'Slug, the name used by every function and command.';
COMMENT ON COLUMN c360.tenants.schema_name IS 'Schema that holds all tables of this tenant.';
COMMENT ON COLUMN c360.tenants.default_country IS 'ISO 3166-1 alpha-2; phone numbers without country code belong here, unless the record says in which country it is.';
COMMENT ON COLUMN c360.tenants.default_currency IS 'ISO 4217; orders without currency are counted in it.';
COMMENT ON COLUMN c360.tenants.time_zone IS 'IANA name; days of purchases and reports are days of this zone.';
COMMENT ON COLUMN c360.tenants.date_order IS 'DMY or MDY: which number of 03/02/2001 is the month. Years that come first need no setting.';
COMMENT ON COLUMN c360.tenants.email_ignores_tags IS 'an+shop@ and an@ are one mailbox, whoever the provider.';
COMMENT ON COLUMN c360.tenants.email_ignores_dots IS 'a.n@gmail.com and an@gmail.com are one mailbox; only where the provider is known to ignore dots.';
COMMENT ON COLUMN c360.tenants.max_cluster_size IS 'Most observations that become one person without a strong identifier in common.';

CREATE TABLE c360.tenant_releases (
    tenant      text        NOT NULL,
    template    text        NOT NULL,
    checksum    text        NOT NULL,
    applied_at  timestamptz NOT NULL DEFAULT now(),
    applied_by  text        NOT NULL DEFAULT session_user,
    CONSTRAINT tenant_releases_pkey PRIMARY KEY (tenant, template),
    CONSTRAINT tenant_releases_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE
);
COMMENT ON TABLE c360.tenant_releases IS 'Ledger of the tenant templates: which file, rendered to which text, ran in which tenant.';
COMMENT ON COLUMN c360.tenant_releases.checksum IS 'SHA-256 (hex) of the rendered SQL; migrations of a tenant run once, repeatables run again when it changes.';

CREATE TABLE c360.identifier_types (
    tenant           text        NOT NULL,
    identifier_type  text        NOT NULL,
    normaliser       text        NOT NULL DEFAULT 'id',
    priority         integer     NOT NULL DEFAULT 100,
    profile_limit    integer     NOT NULL DEFAULT 10,
    person_limit     integer     NOT NULL DEFAULT 8,
    is_exclusive     boolean     NOT NULL DEFAULT false,
    is_definitive    boolean     NOT NULL DEFAULT false,
    is_strong        boolean     NOT NULL DEFAULT true,
    is_matched       boolean     NOT NULL DEFAULT true,
    is_masked        boolean     NOT NULL DEFAULT false,
    description      text        NOT NULL DEFAULT '',
    created_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT identifier_types_pkey PRIMARY KEY (tenant, identifier_type),
    CONSTRAINT identifier_types_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT identifier_types_identifier_type_check CHECK (identifier_type ~ '^[a-z][a-z0-9_]{0,40}$'),
    CONSTRAINT identifier_types_normaliser_check CHECK (normaliser IN ('id', 'email', 'phone')),
    CONSTRAINT identifier_types_profile_limit_check CHECK (profile_limit >= 1),
    CONSTRAINT identifier_types_person_limit_check CHECK (person_limit >= 1),
    CONSTRAINT identifier_types_exclusive_check CHECK (NOT is_exclusive OR profile_limit = 1)
);
COMMENT ON TABLE c360.identifier_types IS 'Kinds of identifiers of a tenant and how far each may be trusted to say that two observations are one person.';
COMMENT ON COLUMN c360.identifier_types.identifier_type IS 'user_id, email, phone, anonymous_id ...; in data a type may carry a scope after a colon (zalo_uid:<oa>), which obeys the row of the part before it.';
COMMENT ON COLUMN c360.identifier_types.normaliser IS 'How values are made comparable: id (trim), email, phone (E.164 with the country of the record, else of the tenant).';
COMMENT ON COLUMN c360.identifier_types.priority IS 'Lower is trusted first when identifiers of one group of records contradict each other.';
COMMENT ON COLUMN c360.identifier_types.profile_limit IS 'Most values one person may have of a strong type: a tie that would add more is not made. For weak types a hint for people.';
COMMENT ON COLUMN c360.identifier_types.person_limit IS 'Most persons that may stand behind one value, counted by coarse names; a value with more ties nobody.';
COMMENT ON COLUMN c360.identifier_types.is_exclusive IS 'Two different values forbid that two records are one person.';
COMMENT ON COLUMN c360.identifier_types.is_definitive IS 'A value names one record of its source, whose versions are one person whatever else they say: birth dates, limits and models do not stand against it; exclusive identifiers and people do.';
COMMENT ON COLUMN c360.identifier_types.is_strong IS 'false for what machines and households share (cookie, device): with several persons behind it, it ties only observations that name the same person.';
COMMENT ON COLUMN c360.identifier_types.is_matched IS 'false: kept and shown, never used to link.';
COMMENT ON COLUMN c360.identifier_types.is_masked IS 'Never shown unmasked by views, functions or messages.';

CREATE TABLE c360.blocked_values (
    blocked_value_id  bigint      GENERATED ALWAYS AS IDENTITY,
    tenant            text        NOT NULL,
    identifier_type   text        NOT NULL,
    pattern           text        NOT NULL,
    reason            text        NOT NULL,
    created_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT blocked_values_pkey PRIMARY KEY (blocked_value_id),
    CONSTRAINT blocked_values_tenant_identifier_type_pattern_key UNIQUE (tenant, identifier_type, pattern),
    CONSTRAINT blocked_values_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT blocked_values_pattern_check CHECK (pattern <> '' AND pattern !~ '\\[0-9]'),
    CONSTRAINT blocked_values_pattern_valid_check CHECK (('' ~* ('^(?:' || pattern || ')$')) IS NOT NULL)
);
COMMENT ON TABLE c360.blocked_values IS 'Values that never link anybody: placeholders, shop numbers, test addresses.';
COMMENT ON COLUMN c360.blocked_values.identifier_type IS 'An identifier type, or * for all of them.';
COMMENT ON COLUMN c360.blocked_values.pattern IS 'Regular expression over the whole normalised value, case-insensitive; without back references. A wrong one is refused here and not when customers arrive.';

CREATE TABLE c360.match_rules (
    tenant       text        NOT NULL,
    rule         text        NOT NULL,
    kind         text        NOT NULL,
    priority     integer     NOT NULL DEFAULT 100,
    definition   jsonb       NOT NULL,
    is_active    boolean     NOT NULL DEFAULT true,
    description  text        NOT NULL DEFAULT '',
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT match_rules_pkey PRIMARY KEY (tenant, rule),
    CONSTRAINT match_rules_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT match_rules_rule_check CHECK (rule ~ '^[a-z][a-z0-9_]{0,40}$' AND rule NOT IN ('new', 'exact', 'bridged', 'must_link')),
    CONSTRAINT match_rules_kind_check CHECK (kind IN ('composite', 'scored')),
    CONSTRAINT match_rules_definition_check CHECK (jsonb_typeof(definition) = 'object')
);
COMMENT ON TABLE c360.match_rules IS 'Rules that join observations by what they say about a person, beside exact identifiers.';
COMMENT ON COLUMN c360.match_rules.kind IS 'composite: all conditions hold; scored: weights of comparisons are summed up and held against two thresholds.';
COMMENT ON COLUMN c360.match_rules.priority IS 'Lower is trusted first; in one order with the priorities of identifier types.';
COMMENT ON COLUMN c360.match_rules.definition IS 'Conditions, or comparisons, blocking and thresholds; docs/how-to/match-rules.md.';

CREATE TABLE c360.profile_attributes (
    tenant           text        NOT NULL,
    attribute        text        NOT NULL,
    data_type        text        NOT NULL,
    attribute_group  text        NOT NULL DEFAULT 'custom',
    pii_class        text        NOT NULL DEFAULT 'none',
    identifier_type  text,
    is_identifier    boolean     GENERATED ALWAYS AS (identifier_type IS NOT NULL) STORED,
    trait_paths      text[]      NOT NULL DEFAULT '{}',
    normaliser       text        NOT NULL DEFAULT 'text',
    survivorship     text        NOT NULL DEFAULT 'most_recent',
    source_priority  text[]      NOT NULL DEFAULT '{}',
    maintained_by    text        NOT NULL DEFAULT 'traits',
    is_indexed       boolean     NOT NULL DEFAULT false,
    is_masked        boolean     NOT NULL DEFAULT false,
    status           text        NOT NULL DEFAULT 'active',
    position         integer     NOT NULL DEFAULT 1000,
    description      text        NOT NULL DEFAULT '',
    created_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT profile_attributes_pkey PRIMARY KEY (tenant, attribute),
    CONSTRAINT profile_attributes_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT profile_attributes_tenant_identifier_type_fkey FOREIGN KEY (tenant, identifier_type)
        REFERENCES c360.identifier_types (tenant, identifier_type),
    CONSTRAINT profile_attributes_attribute_check CHECK (attribute ~ '^[a-z][a-z0-9_]{0,58}$'),
    CONSTRAINT profile_attributes_reserved_check CHECK (attribute NOT IN (
        'master_profile_id', 'status', 'merged_into', 'version', 'created_at', 'updated_at', 'attribute_sources', 'refreshed_at',
        'profile_id', 'requested_id', 'redirected', 'identifiers', 'last_events', 'candidates', 'founding_raw_profile_id',
        'tableoid', 'ctid', 'xmin', 'xmax', 'cmin', 'cmax'
    )),
    CONSTRAINT profile_attributes_data_type_check CHECK (data_type IN (
        'text', 'text[]', 'integer', 'bigint', 'numeric', 'double precision', 'boolean', 'date', 'timestamptz', 'jsonb'
    )),
    CONSTRAINT profile_attributes_pii_class_check CHECK (pii_class IN ('none', 'personal', 'sensitive')),
    CONSTRAINT profile_attributes_normaliser_check CHECK (normaliser IN ('text', 'name', 'email', 'phone', 'id', 'date', 'gender', 'country', 'none')),
    CONSTRAINT profile_attributes_survivorship_check CHECK (survivorship IN (
        'most_recent', 'first', 'most_frequent', 'longest', 'source_priority', 'verified_first', 'max', 'min', 'union'
    )),
    CONSTRAINT profile_attributes_union_check CHECK ((survivorship = 'union') = (data_type IN ('text[]', 'jsonb') AND maintained_by = 'traits')),
    CONSTRAINT profile_attributes_source_priority_check CHECK (survivorship <> 'source_priority' OR cardinality(source_priority) > 0),
    CONSTRAINT profile_attributes_maintained_by_check CHECK (maintained_by IN ('traits', 'identifiers', 'resolution', 'purchases', 'activity', 'scoring')),
    CONSTRAINT profile_attributes_trait_paths_check CHECK (maintained_by <> 'traits' OR cardinality(trait_paths) > 0),
    CONSTRAINT profile_attributes_status_check CHECK (status IN ('active', 'retired'))
);
CREATE INDEX profile_attributes_tenant_identifier_type_idx ON c360.profile_attributes (tenant, identifier_type);
COMMENT ON TABLE c360.profile_attributes IS 'Attributes of a tenant''s golden record: each active row is a typed column after the next sync.';
COMMENT ON COLUMN c360.profile_attributes.trait_paths IS 'Where values are sent: trait names, dots for nesting (address.city); the first present wins within one observation.';
COMMENT ON COLUMN c360.profile_attributes.identifier_type IS 'Values sent here also identify the person, under this type.';
COMMENT ON COLUMN c360.profile_attributes.survivorship IS 'Which of several observed values the golden record shows.';
COMMENT ON COLUMN c360.profile_attributes.source_priority IS 'For source_priority: sources, most trusted first; unlisted sources come last.';
COMMENT ON COLUMN c360.profile_attributes.maintained_by IS 'traits and identifiers: from observations; resolution, purchases: computed with the golden record; activity, scoring: refreshed beside it in cdp_profile_metrics, without a new version.';
COMMENT ON COLUMN c360.profile_attributes.status IS 'retired: kept as a column until a sync with --allow-drop, no longer written.';

CREATE TABLE c360.metadata_versions (
    tenant       text        NOT NULL,
    version      integer     NOT NULL,
    document     jsonb       NOT NULL,
    checksum     text        NOT NULL,
    changes      text[]      NOT NULL,
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    recorded_by  text        NOT NULL,
    xact_id      xid8        NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT metadata_versions_pkey PRIMARY KEY (tenant, version),
    CONSTRAINT metadata_versions_tenant_xact_id_key UNIQUE (tenant, xact_id),
    CONSTRAINT metadata_versions_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT metadata_versions_checksum_check CHECK (checksum ~ '^[0-9a-f]{64}$')
);
COMMENT ON TABLE c360.metadata_versions IS 'What decided who is who, whole, after every transaction that changed it: properties, identifier types, blocked values, attributes and match rules of a tenant.';
COMMENT ON COLUMN c360.metadata_versions.checksum IS 'SHA-256 (hex) of the document; equal metadata have equal checksums.';
COMMENT ON COLUMN c360.metadata_versions.changes IS 'What differs from the version before, in words.';
COMMENT ON COLUMN c360.metadata_versions.xact_id IS 'The transaction: several statements of one make one version.';

CREATE TABLE c360.api_keys (
    api_key_id       bigint      GENERATED ALWAYS AS IDENTITY,
    tenant           text        NOT NULL,
    name             text        NOT NULL,
    kind             text        NOT NULL,
    source           text        NOT NULL,
    key_prefix       text        NOT NULL,
    key_hash         bytea       NOT NULL,
    allowed_origins  text[]      NOT NULL DEFAULT '{}',
    created_at       timestamptz NOT NULL DEFAULT now(),
    created_by       text        NOT NULL DEFAULT session_user,
    revoked_at       timestamptz,
    CONSTRAINT api_keys_pkey PRIMARY KEY (api_key_id),
    CONSTRAINT api_keys_key_hash_key UNIQUE (key_hash),
    CONSTRAINT api_keys_tenant_name_key UNIQUE (tenant, name),
    CONSTRAINT api_keys_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT api_keys_kind_check CHECK (kind IN ('write', 'secret')),
    CONSTRAINT api_keys_source_check CHECK (source ~ '^[a-z0-9][a-z0-9_.-]{0,62}$'),
    CONSTRAINT api_keys_key_hash_check CHECK (octet_length(key_hash) = 32)
);
COMMENT ON TABLE c360.api_keys IS 'Keys of the HTTP API. Only a SHA-256 is kept: a lost key is replaced, never shown again.';
COMMENT ON COLUMN c360.api_keys.kind IS 'write: safe in a browser, ingest only. secret: may also read profiles.';
COMMENT ON COLUMN c360.api_keys.source IS 'Name of the touchpoint; part of the deduplication key of its events.';
COMMENT ON COLUMN c360.api_keys.allowed_origins IS 'Web origins a browser may send from (https://shop.example); empty allows any.';

CREATE TABLE c360.audit_log (
    audit_id    bigint      GENERATED ALWAYS AS IDENTITY,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor       text        NOT NULL,
    tenant      text,
    action      text        NOT NULL,
    object      text        NOT NULL,
    detail      jsonb       NOT NULL DEFAULT '{}',
    CONSTRAINT audit_log_pkey PRIMARY KEY (audit_id)
);
CREATE INDEX audit_log_tenant_at_idx ON c360.audit_log (tenant, at);
COMMENT ON TABLE c360.audit_log IS 'Who changed which metadata when. Kept when its tenant is gone.';
