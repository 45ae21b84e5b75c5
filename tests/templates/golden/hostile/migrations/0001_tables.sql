-- Why: the tables of one tenant. Lock: new tables only; milliseconds.

CREATE SCHEMA tenant_select_2;
COMMENT ON SCHEMA tenant_select_2 IS 'Customer 360: everything of one tenant. No foreign key leaves it; pg_dump -n moves it whole.';

-- Observations ---------------------------------------------------------------

CREATE TABLE tenant_select_2.cdp_raw_profiles (
    raw_profile_id  bigint      GENERATED ALWAYS AS IDENTITY,
    source          text        NOT NULL,
    identifiers     jsonb       NOT NULL DEFAULT '{}',
    traits          jsonb       NOT NULL DEFAULT '{}',
    content_hash    bytea       NOT NULL GENERATED ALWAYS AS (
        sha256(replace(source || chr(31) || identifiers::text || chr(31) || traits::text, '\', '\\')::bytea)
    ) STORED,
    observed_at     timestamptz NOT NULL DEFAULT now(),
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT cdp_raw_profiles_pkey PRIMARY KEY (raw_profile_id),
    CONSTRAINT cdp_raw_profiles_content_hash_key UNIQUE (content_hash),
    CONSTRAINT cdp_raw_profiles_identifiers_check CHECK (jsonb_typeof(identifiers) = 'object'),
    CONSTRAINT cdp_raw_profiles_traits_check CHECK (jsonb_typeof(traits) = 'object')
);
COMMENT ON TABLE tenant_select_2.cdp_raw_profiles IS 'One row per distinct observation of a person: source, identifiers, traits. Never rewritten; events and links point here.';
COMMENT ON COLUMN tenant_select_2.cdp_raw_profiles.identifiers IS 'Identifiers sent outside the traits: {type: value} or {type: [values]}, as sent.';
COMMENT ON COLUMN tenant_select_2.cdp_raw_profiles.traits IS 'Traits as sent.';
COMMENT ON COLUMN tenant_select_2.cdp_raw_profiles.content_hash IS 'SHA-256 of the bytes of source, identifiers and traits (backslashes doubled, because bytea reads them): the same observation is one row however often it is made.';
COMMENT ON COLUMN tenant_select_2.cdp_raw_profiles.observed_at IS 'When this content was first observed, by the sender''s clock; later sightings are in cdp_activity.';

CREATE TABLE tenant_select_2.cdp_activity (
    raw_profile_id  bigint      NOT NULL,
    event_name      text        NOT NULL,
    first_at        timestamptz NOT NULL,
    last_at         timestamptz NOT NULL,
    event_count     bigint      NOT NULL,
    CONSTRAINT cdp_activity_pkey PRIMARY KEY (raw_profile_id, event_name),
    CONSTRAINT cdp_activity_raw_profile_id_fkey FOREIGN KEY (raw_profile_id) REFERENCES tenant_select_2.cdp_raw_profiles (raw_profile_id),
    CONSTRAINT cdp_activity_event_count_check CHECK (event_count > 0),
    CONSTRAINT cdp_activity_last_at_check CHECK (last_at >= first_at)
) WITH (fillfactor = 70);
COMMENT ON TABLE tenant_select_2.cdp_activity IS 'Running aggregate of events per observation and event name: first, last, how often. Follows the raw profile through merge and split.';
COMMENT ON COLUMN tenant_select_2.cdp_activity.event_name IS 'Name of a track event, otherwise the type (page, screen, identify, group, alias).';

-- Events ---------------------------------------------------------------------

CREATE TABLE tenant_select_2.cdp_event_ids (
    source       text        NOT NULL,
    message_id   text        NOT NULL,
    received_at  timestamptz NOT NULL,
    CONSTRAINT cdp_event_ids_pkey PRIMARY KEY (source, message_id)
);
COMMENT ON TABLE tenant_select_2.cdp_event_ids IS 'Every message id ever accepted: exact deduplication without a window, whatever partition the event is in.';

CREATE TABLE tenant_select_2.cdp_behavioral_events (
    event_id        bigint      GENERATED ALWAYS AS IDENTITY,
    received_at     timestamptz NOT NULL,
    occurred_at     timestamptz NOT NULL,
    clock_status    text        NOT NULL,
    raw_profile_id  bigint      NOT NULL,
    source          text        NOT NULL,
    message_id      text        NOT NULL,
    type            text        NOT NULL,
    event_name      text        NOT NULL,
    payload         jsonb       NOT NULL,
    CONSTRAINT cdp_behavioral_events_pkey PRIMARY KEY (event_id, received_at),
    CONSTRAINT cdp_behavioral_events_raw_profile_id_fkey FOREIGN KEY (raw_profile_id) REFERENCES tenant_select_2.cdp_raw_profiles (raw_profile_id),
    CONSTRAINT cdp_behavioral_events_clock_status_check CHECK (clock_status IN ('missing', 'ok', 'corrected', 'implausible')),
    CONSTRAINT cdp_behavioral_events_type_check CHECK (type IN ('identify', 'track', 'page', 'screen', 'group', 'alias'))
) PARTITION BY RANGE (received_at);
CREATE INDEX cdp_behavioral_events_raw_profile_id_occurred_at_idx ON tenant_select_2.cdp_behavioral_events (raw_profile_id, occurred_at);
CREATE INDEX cdp_behavioral_events_occurred_at_idx ON tenant_select_2.cdp_behavioral_events USING brin (occurred_at);
COMMENT ON TABLE tenant_select_2.cdp_behavioral_events IS 'Every accepted event, once, as sent. Partitioned by the server''s clock, so that no client clock can miss a partition.';
COMMENT ON COLUMN tenant_select_2.cdp_behavioral_events.occurred_at IS 'Best estimate of when it happened: received_at - (sentAt - timestamp of the client).';
COMMENT ON COLUMN tenant_select_2.cdp_behavioral_events.clock_status IS 'missing: no client time, received_at used; ok: client time as sent; corrected by sentAt; implausible: client time unusable, received_at used, original kept in payload.';
COMMENT ON COLUMN tenant_select_2.cdp_behavioral_events.event_name IS 'Name of a track event, otherwise the type.';
COMMENT ON COLUMN tenant_select_2.cdp_behavioral_events.payload IS 'The event as sent, batch-level context merged in.';

CREATE TABLE tenant_select_2.cdp_behavioral_events_default PARTITION OF tenant_select_2.cdp_behavioral_events DEFAULT;
COMMENT ON TABLE tenant_select_2.cdp_behavioral_events_default IS 'Catches events when maintenance has not made a partition in time; emptied by the next maintenance.';

CREATE TABLE tenant_select_2.cdp_rejected_events (
    rejected_event_id  bigint      GENERATED ALWAYS AS IDENTITY,
    received_at        timestamptz NOT NULL DEFAULT now(),
    source             text        NOT NULL,
    message_id         text,
    code               text        NOT NULL,
    reason             text        NOT NULL,
    payload            text        NOT NULL,
    status             text        NOT NULL DEFAULT 'rejected',
    settled_at         timestamptz,
    CONSTRAINT cdp_rejected_events_pkey PRIMARY KEY (rejected_event_id),
    CONSTRAINT cdp_rejected_events_status_check CHECK (status IN ('rejected', 'redriven', 'discarded')),
    CONSTRAINT cdp_rejected_events_settled_at_check CHECK ((status = 'rejected') = (settled_at IS NULL))
);
CREATE INDEX cdp_rejected_events_open_idx ON tenant_select_2.cdp_rejected_events (received_at) WHERE status = 'rejected';
COMMENT ON TABLE tenant_select_2.cdp_rejected_events IS 'Dead letters of ingest: what was refused, why, and what became of it.';
COMMENT ON COLUMN tenant_select_2.cdp_rejected_events.code IS 'SQLSTATE of errors.csv.';
COMMENT ON COLUMN tenant_select_2.cdp_rejected_events.payload IS 'The event as sent, as text: it may not even be valid JSON for the database.';

-- Imports --------------------------------------------------------------------

CREATE TABLE tenant_select_2.cdp_imports (
    import_id        bigint      GENERATED ALWAYS AS IDENTITY,
    source           text        NOT NULL,
    name             text        NOT NULL,
    fingerprint      text,
    mapping          jsonb       NOT NULL,
    options          jsonb       NOT NULL DEFAULT '{}',
    status           text        NOT NULL DEFAULT 'running',
    row_count        bigint      NOT NULL DEFAULT 0,
    position         bigint      NOT NULL DEFAULT 0,
    counts           jsonb       NOT NULL DEFAULT '{}',
    started_at       timestamptz NOT NULL,
    finished_at      timestamptz,
    started_by       text        NOT NULL,
    CONSTRAINT cdp_imports_pkey PRIMARY KEY (import_id),
    CONSTRAINT cdp_imports_source_check CHECK (source ~ '^[a-z0-9][a-z0-9_.-]{0,59}$'),
    CONSTRAINT cdp_imports_status_check CHECK (status IN ('running', 'finished', 'abandoned')),
    CONSTRAINT cdp_imports_finished_at_check CHECK ((status = 'running') = (finished_at IS NULL))
);
COMMENT ON TABLE tenant_select_2.cdp_imports IS 'One row per bulk import of a table or file: mapping, counts, how far it came.';
COMMENT ON COLUMN tenant_select_2.cdp_imports.name IS 'The table or file.';
COMMENT ON COLUMN tenant_select_2.cdp_imports.fingerprint IS 'What the command line knows a file by, so that an interrupted import goes on where it stopped; NULL for a table.';
COMMENT ON COLUMN tenant_select_2.cdp_imports.mapping IS '{column: target}: traits.<path>, identifiers.<type>, key, observed_at, source or traits.';
COMMENT ON COLUMN tenant_select_2.cdp_imports.row_count IS 'Rows dealt with and committed; the import goes on after them.';
COMMENT ON COLUMN tenant_select_2.cdp_imports.position IS 'Where in the file these rows end: bytes, of Parquet rows.';
COMMENT ON COLUMN tenant_select_2.cdp_imports.counts IS '{new, changed, unchanged, returned, rejected, observations, gone, unusable: {attribute: rows}}.';
COMMENT ON COLUMN tenant_select_2.cdp_imports.status IS 'abandoned: interrupted, and another import of the source began since; what it had committed stays.';

CREATE TABLE tenant_select_2.cdp_import_records (
    source          text        NOT NULL,
    record_key      text        NOT NULL,
    raw_profile_id  bigint      NOT NULL,
    content_hash    bytea       NOT NULL,
    import_id       bigint      NOT NULL,
    seen_import_id  bigint      NOT NULL,
    changed_at      timestamptz NOT NULL,
    gone_at         timestamptz,
    CONSTRAINT cdp_import_records_pkey PRIMARY KEY (source, record_key)
) WITH (fillfactor = 80);
CREATE INDEX cdp_import_records_raw_profile_id_idx ON tenant_select_2.cdp_import_records (raw_profile_id);
COMMENT ON TABLE tenant_select_2.cdp_import_records IS 'The records of other systems that were imported under a key: the observation each one is now, so that the next import brings only what changed. Written with the observations, so without foreign keys: one check a row would cost more than the row.';
COMMENT ON COLUMN tenant_select_2.cdp_import_records.content_hash IS 'That of the observation.';
COMMENT ON COLUMN tenant_select_2.cdp_import_records.import_id IS 'The import that last took the record, changed or not.';
COMMENT ON COLUMN tenant_select_2.cdp_import_records.seen_import_id IS 'The import that last found the key, even in a row it refused.';
COMMENT ON COLUMN tenant_select_2.cdp_import_records.gone_at IS 'When a full extract came without it; NULL while it is there. The golden record is not changed by it.';

CREATE TABLE tenant_select_2.cdp_import_rejects (
    import_id   bigint  NOT NULL,
    row_number  bigint  NOT NULL,
    code        text    NOT NULL,
    reason      text    NOT NULL,
    content     text    NOT NULL,
    CONSTRAINT cdp_import_rejects_pkey PRIMARY KEY (import_id, row_number),
    CONSTRAINT cdp_import_rejects_import_id_fkey FOREIGN KEY (import_id) REFERENCES tenant_select_2.cdp_imports (import_id) ON DELETE CASCADE
);
COMMENT ON TABLE tenant_select_2.cdp_import_rejects IS 'Rows an import could not take, and why. The others of the import are in.';
COMMENT ON COLUMN tenant_select_2.cdp_import_rejects.row_number IS 'Counted from 1, the header of a file not counted.';
COMMENT ON COLUMN tenant_select_2.cdp_import_rejects.code IS 'SQLSTATE of errors.csv.';
COMMENT ON COLUMN tenant_select_2.cdp_import_rejects.content IS 'The row as sent: JSON, or the line of a file that could not be read.';

-- Identity -------------------------------------------------------------------

CREATE TABLE tenant_select_2.cdp_resolution_queue (
    queue_id           bigint      GENERATED ALWAYS AS IDENTITY,
    raw_profile_id     bigint,
    master_profile_id  uuid,
    needs_rebuild      boolean     NOT NULL DEFAULT true,
    is_edited          boolean     NOT NULL DEFAULT false,
    needs_relink       boolean     NOT NULL DEFAULT false,
    enqueued_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT cdp_resolution_queue_pkey PRIMARY KEY (queue_id),
    CONSTRAINT cdp_resolution_queue_target_check CHECK (num_nonnulls(raw_profile_id, master_profile_id) = 1),
    CONSTRAINT cdp_resolution_queue_is_edited_check CHECK (NOT is_edited OR master_profile_id IS NOT NULL),
    CONSTRAINT cdp_resolution_queue_needs_relink_check CHECK (NOT needs_relink OR raw_profile_id IS NOT NULL)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
COMMENT ON TABLE tenant_select_2.cdp_resolution_queue IS 'Work of the resolver: append by producers, deleted by the resolver in the transaction that does the work. No unique key, so that producers never wait.';
COMMENT ON COLUMN tenant_select_2.cdp_resolution_queue.raw_profile_id IS 'Observation that is new, was seen again, or has a new purchase.';
COMMENT ON COLUMN tenant_select_2.cdp_resolution_queue.master_profile_id IS 'Golden record that a person edited directly or that must be rebuilt.';
COMMENT ON COLUMN tenant_select_2.cdp_resolution_queue.is_edited IS 'A person edited this golden record: its new version is to be published, even if the rebuild finds nothing more.';
COMMENT ON COLUMN tenant_select_2.cdp_resolution_queue.needs_relink IS 'An override or a rule about this observation changed: everything connected with it is partitioned anew.';
COMMENT ON COLUMN tenant_select_2.cdp_resolution_queue.needs_rebuild IS 'false: only activity moved; metrics are refreshed, the golden record is not rebuilt.';

CREATE TABLE tenant_select_2.cdp_resolution_failures (
    failure_id         bigint      GENERATED ALWAYS AS IDENTITY,
    raw_profile_id     bigint,
    master_profile_id  uuid,
    needs_rebuild      boolean     NOT NULL,
    is_edited          boolean     NOT NULL,
    needs_relink       boolean     NOT NULL DEFAULT false,
    enqueued_at        timestamptz NOT NULL,
    attempt_count      integer     NOT NULL DEFAULT 1,
    code               text        NOT NULL,
    reason             text        NOT NULL,
    failed_at          timestamptz NOT NULL,
    retry_at           timestamptz,
    CONSTRAINT cdp_resolution_failures_pkey PRIMARY KEY (failure_id),
    CONSTRAINT cdp_resolution_failures_target_key UNIQUE NULLS NOT DISTINCT (raw_profile_id, master_profile_id),
    CONSTRAINT cdp_resolution_failures_target_check CHECK (num_nonnulls(raw_profile_id, master_profile_id) = 1),
    CONSTRAINT cdp_resolution_failures_attempt_count_check CHECK (attempt_count > 0)
);
CREATE INDEX cdp_resolution_failures_retry_at_idx ON tenant_select_2.cdp_resolution_failures (retry_at) WHERE retry_at IS NOT NULL;
COMMENT ON TABLE tenant_select_2.cdp_resolution_failures IS 'Work the resolver could not do, taken out of the queue so that it blocks nobody. It comes back by itself at retry_at, or with c360.retry_resolution(); the row goes when the work is done.';
COMMENT ON COLUMN tenant_select_2.cdp_resolution_failures.code IS 'SQLSTATE of the last attempt.';
COMMENT ON COLUMN tenant_select_2.cdp_resolution_failures.reason IS 'What PostgreSQL said at the last attempt; may quote values.';
COMMENT ON COLUMN tenant_select_2.cdp_resolution_failures.retry_at IS 'NULL: it is back in the queue and its outcome not known yet.';

CREATE TABLE tenant_select_2.cdp_master_profiles (
    master_profile_id        uuid        NOT NULL,
    founding_raw_profile_id  bigint,
    status                   text        NOT NULL DEFAULT 'active',
    merged_into              uuid,
    version                  integer     NOT NULL DEFAULT 0,
    attribute_sources        jsonb       NOT NULL DEFAULT '{}',
    created_at               timestamptz NOT NULL DEFAULT now(),
    updated_at               timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT cdp_master_profiles_pkey PRIMARY KEY (master_profile_id),
    CONSTRAINT cdp_master_profiles_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES tenant_select_2.cdp_master_profiles (master_profile_id),
    CONSTRAINT cdp_master_profiles_status_check CHECK (status IN ('active', 'merged', 'deactivated')),
    CONSTRAINT cdp_master_profiles_merged_into_check CHECK ((status = 'merged') = (merged_into IS NOT NULL)),
    CONSTRAINT cdp_master_profiles_self_check CHECK (merged_into <> master_profile_id)
) WITH (fillfactor = 80);
CREATE INDEX cdp_master_profiles_founding_raw_profile_id_idx ON tenant_select_2.cdp_master_profiles (founding_raw_profile_id);
CREATE INDEX cdp_master_profiles_merged_into_idx ON tenant_select_2.cdp_master_profiles (merged_into) WHERE merged_into IS NOT NULL;
COMMENT ON TABLE tenant_select_2.cdp_master_profiles IS 'Golden records. One typed column per attribute of governance metadata is added to these by c360 tenant sync.';
COMMENT ON COLUMN tenant_select_2.cdp_master_profiles.master_profile_id IS 'Stable for life; after a merge the absorbed id redirects.';
COMMENT ON COLUMN tenant_select_2.cdp_master_profiles.founding_raw_profile_id IS 'The observation this id was made for; the resolver always sets it. The id stays with it for life: through merges, and back again when a contradiction splits them. A linked observation, which the link checks: a foreign key here would be checked twice for each new golden record.';
COMMENT ON COLUMN tenant_select_2.cdp_master_profiles.version IS '0 only between creation and first computation, inside one transaction.';
COMMENT ON COLUMN tenant_select_2.cdp_master_profiles.merged_into IS 'Final survivor, never a chain.';
COMMENT ON COLUMN tenant_select_2.cdp_master_profiles.attribute_sources IS 'Which observation won each attribute: {attribute: raw_profile_id}.';

CREATE TABLE tenant_select_2.cdp_raw_identifiers (
    identifier_type  text COLLATE "C" NOT NULL,
    value            text COLLATE "C" NOT NULL,
    voice            bigint           NOT NULL DEFAULT 0,
    raw_profile_id   bigint           NOT NULL,
    is_usable        boolean          NOT NULL,
    CONSTRAINT cdp_raw_identifiers_pkey PRIMARY KEY (identifier_type, value, voice, raw_profile_id)
);
CREATE INDEX cdp_raw_identifiers_raw_profile_id_idx ON tenant_select_2.cdp_raw_identifiers (raw_profile_id);
COMMENT ON TABLE tenant_select_2.cdp_raw_identifiers IS 'Normalised identifiers of each resolved observation: the edges of the identity graph. Derived, so without a foreign key: one check a row would cost more than the row.';
COMMENT ON COLUMN tenant_select_2.cdp_raw_identifiers.voice IS 'Which person the observation speaks of: c360._person_code() of its name in the upper 40 bits, its first strong identifier in the lower 24; 0 for an observation that says neither. In the index, so that persons behind a value are counted without reading its holders.';
COMMENT ON COLUMN tenant_select_2.cdp_raw_identifiers.is_usable IS 'false: blocked value or a type that is not matched; kept for display, links nobody.';

CREATE TABLE tenant_select_2.cdp_value_states (
    identifier_type  text COLLATE "C" NOT NULL,
    value            text COLLATE "C" NOT NULL,
    state            text             NOT NULL,
    CONSTRAINT cdp_value_states_pkey PRIMARY KEY (identifier_type, value),
    CONSTRAINT cdp_value_states_state_check CHECK (state IN ('divided', 'shared'))
);
COMMENT ON TABLE tenant_select_2.cdp_value_states IS 'Identifier values that several persons stand behind; all others are open. A function of the observations that hold the value; derived, so without a foreign key.';
COMMENT ON COLUMN tenant_select_2.cdp_value_states.state IS 'divided: a weak value, ties only observations that name the same person; shared: more persons than the limit of the type, ties nobody.';

CREATE TABLE tenant_select_2.cdp_profile_links (
    raw_profile_id     bigint      NOT NULL,
    master_profile_id  uuid        NOT NULL,
    component_id       bigint      NOT NULL,
    rule               text        NOT NULL,
    score              real        NOT NULL DEFAULT 1,
    evidence           jsonb       NOT NULL DEFAULT '{}',
    linked_at          timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT cdp_profile_links_pkey PRIMARY KEY (raw_profile_id),
    CONSTRAINT cdp_profile_links_score_check CHECK (score BETWEEN 0 AND 1)
);
CREATE INDEX cdp_profile_links_master_profile_id_idx ON tenant_select_2.cdp_profile_links (master_profile_id);
CREATE INDEX cdp_profile_links_component_id_master_profile_id_idx ON tenant_select_2.cdp_profile_links (component_id, master_profile_id);
COMMENT ON TABLE tenant_select_2.cdp_profile_links IS 'Which golden record each observation belongs to, and why. Merge and split change rows here only. Written by the resolver alone, so without foreign keys: two checks a row would cost more than the row.';
COMMENT ON COLUMN tenant_select_2.cdp_profile_links.component_id IS 'Smallest raw_profile_id of all observations connected before protection is applied; what must be looked at again when one of them changes.';
COMMENT ON COLUMN tenant_select_2.cdp_profile_links.rule IS 'Rule that linked it: new, exact:<type> ...';
COMMENT ON COLUMN tenant_select_2.cdp_profile_links.evidence IS 'Values behind the rule: {identifier_type, value, with_raw_profile_id}.';

CREATE TABLE tenant_select_2.cdp_attribute_overrides (
    raw_profile_id  bigint      NOT NULL,
    attribute       text        NOT NULL,
    value           jsonb,
    set_at          timestamptz NOT NULL,
    set_by          text        NOT NULL,
    CONSTRAINT cdp_attribute_overrides_pkey PRIMARY KEY (raw_profile_id, attribute),
    CONSTRAINT cdp_attribute_overrides_raw_profile_id_fkey FOREIGN KEY (raw_profile_id) REFERENCES tenant_select_2.cdp_raw_profiles (raw_profile_id)
);
COMMENT ON TABLE tenant_select_2.cdp_attribute_overrides IS 'What people wrote into golden records: it wins over all observations. Hangs on the founding observation, so that it follows merge and split.';
COMMENT ON COLUMN tenant_select_2.cdp_attribute_overrides.value IS 'The value as written; NULL: the attribute was emptied and stays empty.';

CREATE TABLE tenant_select_2.cdp_profile_history (
    master_profile_id  uuid        NOT NULL,
    version            integer     NOT NULL,
    change             text        NOT NULL,
    profile            jsonb       NOT NULL,
    valid_from         timestamptz NOT NULL,
    changed_by         text        NOT NULL DEFAULT session_user,
    reason             jsonb       NOT NULL DEFAULT '{}',
    CONSTRAINT cdp_profile_history_pkey PRIMARY KEY (master_profile_id, version),
    CONSTRAINT cdp_profile_history_change_check CHECK (change IN ('created', 'updated', 'merged', 'absorbed', 'split', 'edited'))
);
COMMENT ON TABLE tenant_select_2.cdp_profile_history IS 'Every version of every golden record, whole, from valid_from until the next one. Written with the golden record, so without a foreign key.';
COMMENT ON COLUMN tenant_select_2.cdp_profile_history.reason IS 'Why this version came to be, e.g. {"merged_profile_id": ..., "rule": ...}.';

CREATE TABLE tenant_select_2.cdp_profile_merges (
    merge_id     bigint      GENERATED ALWAYS AS IDENTITY,
    survivor_id  uuid        NOT NULL,
    absorbed_id  uuid        NOT NULL,
    rule         text        NOT NULL,
    evidence     jsonb       NOT NULL DEFAULT '{}',
    merged_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT cdp_profile_merges_pkey PRIMARY KEY (merge_id),
    CONSTRAINT cdp_profile_merges_survivor_id_fkey FOREIGN KEY (survivor_id) REFERENCES tenant_select_2.cdp_master_profiles (master_profile_id),
    CONSTRAINT cdp_profile_merges_absorbed_id_fkey FOREIGN KEY (absorbed_id) REFERENCES tenant_select_2.cdp_master_profiles (master_profile_id),
    CONSTRAINT cdp_profile_merges_self_check CHECK (survivor_id <> absorbed_id)
);
CREATE INDEX cdp_profile_merges_survivor_id_idx ON tenant_select_2.cdp_profile_merges (survivor_id);
CREATE INDEX cdp_profile_merges_absorbed_id_idx ON tenant_select_2.cdp_profile_merges (absorbed_id);
COMMENT ON TABLE tenant_select_2.cdp_profile_merges IS 'Every merge of two golden records with the observation and identifier that bridged them.';

CREATE TABLE tenant_select_2.cdp_standard_profiles (
    raw_profile_id  bigint  NOT NULL,
    attributes      jsonb   NOT NULL,
    given_name      text,
    family_name     text,
    birth_date      date,
    CONSTRAINT cdp_standard_profiles_pkey PRIMARY KEY (raw_profile_id)
);
COMMENT ON TABLE tenant_select_2.cdp_standard_profiles IS 'What each resolved observation says, in standard form: what golden records and match rules are computed from. Derived from cdp_raw_profiles by standardise_profiles(), so without a foreign key.';
COMMENT ON COLUMN tenant_select_2.cdp_standard_profiles.attributes IS '{attribute: value}, normalised; absent values and values their column cannot hold are not there.';
COMMENT ON COLUMN tenant_select_2.cdp_standard_profiles.given_name IS 'Comparable form (c360.normalise_name); from the full name where no given name was sent.';
COMMENT ON COLUMN tenant_select_2.cdp_standard_profiles.family_name IS 'Comparable form (c360.normalise_name); from the full name where no family name was sent.';

CREATE TABLE tenant_select_2.cdp_match_pairs (
    low_raw_profile_id   bigint    NOT NULL,
    high_raw_profile_id  bigint    NOT NULL,
    rule                 text      NOT NULL,
    verdict              text      NOT NULL,
    score                real      NOT NULL,
    levels               smallint[],
    CONSTRAINT cdp_match_pairs_pkey PRIMARY KEY (low_raw_profile_id, high_raw_profile_id, rule),
    CONSTRAINT cdp_match_pairs_order_check CHECK (low_raw_profile_id < high_raw_profile_id),
    CONSTRAINT cdp_match_pairs_verdict_check CHECK (verdict IN ('match', 'review', 'evidence')),
    CONSTRAINT cdp_match_pairs_score_check CHECK (score BETWEEN 0 AND 1)
);
CREATE INDEX cdp_match_pairs_high_raw_profile_id_idx ON tenant_select_2.cdp_match_pairs (high_raw_profile_id);
COMMENT ON TABLE tenant_select_2.cdp_match_pairs IS 'Pairs of observations that a match rule joins or hands to a person. A function of the two observations, the rules and the model; derived, so without a foreign key.';
COMMENT ON COLUMN tenant_select_2.cdp_match_pairs.verdict IS 'match: the pair is an edge of the identity graph; review: a person decides; evidence: it only counts when groups of observations are weighed against each other.';
COMMENT ON COLUMN tenant_select_2.cdp_match_pairs.score IS 'Probability of a match; 1 for deterministic rules.';
COMMENT ON COLUMN tenant_select_2.cdp_match_pairs.levels IS 'Level of each comparison of a scored rule, in the order of the rule; NULL for deterministic rules.';

CREATE TABLE tenant_select_2.cdp_match_models (
    match_model_id  bigint              GENERATED ALWAYS AS IDENTITY,
    rule            text                NOT NULL,
    recipe          jsonb               NOT NULL,
    is_active       boolean             NOT NULL DEFAULT false,
    lambda          double precision    NOT NULL,
    m               double precision[]  NOT NULL,
    u               double precision[]  NOT NULL,
    weights         double precision[]  NOT NULL,
    record_count    bigint              NOT NULL,
    pair_count      bigint              NOT NULL,
    convergence     jsonb               NOT NULL,
    settings        jsonb               NOT NULL,
    created_at      timestamptz         NOT NULL DEFAULT now(),
    created_by      text                NOT NULL DEFAULT session_user,
    CONSTRAINT cdp_match_models_pkey PRIMARY KEY (match_model_id),
    CONSTRAINT cdp_match_models_lambda_check CHECK (lambda > 0 AND lambda < 1)
);
CREATE UNIQUE INDEX cdp_match_models_active_key ON tenant_select_2.cdp_match_models (rule) WHERE is_active;
COMMENT ON TABLE tenant_select_2.cdp_match_models IS 'Models of the scored match rule, learnt from the observations by c360.train_match_model(). Kept for comparison; the active one scores.';
COMMENT ON COLUMN tenant_select_2.cdp_match_models.recipe IS 'The comparisons and keys it was trained for; it scores while they are those of match_recipe().';
COMMENT ON COLUMN tenant_select_2.cdp_match_models.lambda IS 'Probability that two observations taken at random are one person.';
COMMENT ON COLUMN tenant_select_2.cdp_match_models.m IS 'Probability of each level among pairs of one person; nine places for each comparison, levels 0 to 8.';
COMMENT ON COLUMN tenant_select_2.cdp_match_models.u IS 'Probability of each level among pairs of two persons, laid out like m.';
COMMENT ON COLUMN tenant_select_2.cdp_match_models.weights IS 'log2(m / u) of each level, bounded below, laid out like m; 0 where one of the two says nothing.';
COMMENT ON COLUMN tenant_select_2.cdp_match_models.convergence IS 'What each pass of the training looked at and how it ended.';

CREATE TABLE tenant_select_2.cdp_match_frequencies (
    match_model_id  bigint              NOT NULL,
    comparison      smallint            NOT NULL,
    value           text COLLATE "C"    NOT NULL,
    frequency       double precision    NOT NULL,
    is_shared       boolean             NOT NULL DEFAULT false,
    CONSTRAINT cdp_match_frequencies_pkey PRIMARY KEY (match_model_id, comparison, value),
    CONSTRAINT cdp_match_frequencies_match_model_id_fkey FOREIGN KEY (match_model_id)
        REFERENCES tenant_select_2.cdp_match_models (match_model_id) ON DELETE CASCADE
);
COMMENT ON TABLE tenant_select_2.cdp_match_frequencies IS 'Values that count differently from others of their comparison: how common names are, and which identifiers many persons share.';
COMMENT ON COLUMN tenant_select_2.cdp_match_frequencies.comparison IS 'Number of the comparison in the recipe.';
COMMENT ON COLUMN tenant_select_2.cdp_match_frequencies.frequency IS 'Share of the observations that say something here which say this.';
COMMENT ON COLUMN tenant_select_2.cdp_match_frequencies.is_shared IS 'More persons stand behind the value than one household: no evidence.';

CREATE TABLE tenant_select_2.cdp_match_common_keys (
    match_model_id  bigint  NOT NULL,
    key             bigint  NOT NULL,
    CONSTRAINT cdp_match_common_keys_pkey PRIMARY KEY (match_model_id, key),
    CONSTRAINT cdp_match_common_keys_match_model_id_fkey FOREIGN KEY (match_model_id)
        REFERENCES tenant_select_2.cdp_match_models (match_model_id) ON DELETE CASCADE
);
COMMENT ON TABLE tenant_select_2.cdp_match_common_keys IS 'Blocking keys that so many observations held when the model was trained that they find nobody. Part of the model, so that pairs do not depend on what arrives later.';

CREATE TABLE tenant_select_2.cdp_match_patterns (
    match_model_id  bigint      NOT NULL,
    pass            text        NOT NULL,
    levels          smallint[]  NOT NULL,
    pair_count      bigint      NOT NULL,
    CONSTRAINT cdp_match_patterns_pkey PRIMARY KEY (match_model_id, pass, levels),
    CONSTRAINT cdp_match_patterns_match_model_id_fkey FOREIGN KEY (match_model_id)
        REFERENCES tenant_select_2.cdp_match_models (match_model_id) ON DELETE CASCADE
);
COMMENT ON TABLE tenant_select_2.cdp_match_patterns IS 'What a model was trained on: how many pairs agree in which way, for each pass.';
COMMENT ON COLUMN tenant_select_2.cdp_match_patterns.pass IS 'Kind of blocking key the pairs share; random: pairs taken at random.';
COMMENT ON COLUMN tenant_select_2.cdp_match_patterns.levels IS 'Level of each comparison; 0 where one of the two says nothing or the pass fixes the comparison.';

CREATE TABLE tenant_select_2.cdp_match_fields (
    raw_profile_id  bigint  NOT NULL,
    fields          text[]  NOT NULL,
    CONSTRAINT cdp_match_fields_pkey PRIMARY KEY (raw_profile_id)
);
COMMENT ON TABLE tenant_select_2.cdp_match_fields IS 'What the scored match rule compares of each observation, in the order of match_recipe(). Derived by match_fields(), so without a foreign key; empty until a model was trained.';

CREATE TABLE tenant_select_2.cdp_blocking_keys (
    key             bigint  NOT NULL,
    raw_profile_id  bigint  NOT NULL,
    CONSTRAINT cdp_blocking_keys_pkey PRIMARY KEY (key, raw_profile_id)
);
COMMENT ON TABLE tenant_select_2.cdp_blocking_keys IS 'Under which keys the scored match rule finds each observation. Derived by blocking_keys(), so without a foreign key.';
COMMENT ON COLUMN tenant_select_2.cdp_blocking_keys.key IS 'Number of the kind of key in the top byte, a hash of the values below.';
CREATE TABLE tenant_select_2.cdp_match_keys (
    key             text    NOT NULL,
    raw_profile_id  bigint  NOT NULL,
    CONSTRAINT cdp_match_keys_pkey PRIMARY KEY (key, raw_profile_id)
);
CREATE INDEX cdp_match_keys_raw_profile_id_idx ON tenant_select_2.cdp_match_keys (raw_profile_id);
COMMENT ON TABLE tenant_select_2.cdp_match_keys IS 'Under which keys match rules find candidates for each observation: two observations are compared when they share one. Derived, so without a foreign key.';
COMMENT ON COLUMN tenant_select_2.cdp_match_keys.key IS '<rule>:<checksum of the values that have to be equal>.';

CREATE TABLE tenant_select_2.cdp_link_overrides (
    link_override_id  bigint      GENERATED ALWAYS AS IDENTITY,
    kind              text        NOT NULL,
    reason            text        NOT NULL DEFAULT '',
    set_by            text        NOT NULL DEFAULT session_user,
    set_at            timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT cdp_link_overrides_pkey PRIMARY KEY (link_override_id),
    CONSTRAINT cdp_link_overrides_kind_check CHECK (kind IN ('must_link', 'cannot_link'))
);
COMMENT ON TABLE tenant_select_2.cdp_link_overrides IS 'What people decided about who is who; it wins over all rules.';

CREATE TABLE tenant_select_2.cdp_link_override_members (
    link_override_id  bigint   NOT NULL,
    raw_profile_id    bigint   NOT NULL,
    side              smallint NOT NULL,
    CONSTRAINT cdp_link_override_members_pkey PRIMARY KEY (link_override_id, raw_profile_id),
    CONSTRAINT cdp_link_override_members_link_override_id_fkey FOREIGN KEY (link_override_id)
        REFERENCES tenant_select_2.cdp_link_overrides (link_override_id) ON DELETE CASCADE,
    CONSTRAINT cdp_link_override_members_raw_profile_id_fkey FOREIGN KEY (raw_profile_id)
        REFERENCES tenant_select_2.cdp_raw_profiles (raw_profile_id),
    CONSTRAINT cdp_link_override_members_side_check CHECK (side IN (1, 2))
);
CREATE INDEX cdp_link_override_members_raw_profile_id_idx ON tenant_select_2.cdp_link_override_members (raw_profile_id);
COMMENT ON TABLE tenant_select_2.cdp_link_override_members IS 'The observations an override is about. must_link: all of them are one person, whatever the side; cannot_link: none of side 1 is the person of one of side 2.';

CREATE TABLE tenant_select_2.cdp_match_reviews (
    match_review_id      bigint      GENERATED ALWAYS AS IDENTITY,
    low_raw_profile_id   bigint      NOT NULL,
    high_raw_profile_id  bigint      NOT NULL,
    rule                 text        NOT NULL,
    obstacle             text        NOT NULL,
    score                real        NOT NULL,
    evidence             jsonb       NOT NULL DEFAULT '{}',
    status               text        NOT NULL DEFAULT 'open',
    opened_at            timestamptz NOT NULL,
    decided_at           timestamptz,
    decided_by           text,
    CONSTRAINT cdp_match_reviews_pkey PRIMARY KEY (match_review_id),
    CONSTRAINT cdp_match_reviews_pair_key UNIQUE (low_raw_profile_id, high_raw_profile_id, rule),
    CONSTRAINT cdp_match_reviews_order_check CHECK (low_raw_profile_id < high_raw_profile_id),
    CONSTRAINT cdp_match_reviews_status_check CHECK (status IN ('open', 'accepted', 'rejected', 'obsolete')),
    CONSTRAINT cdp_match_reviews_decided_at_check CHECK ((status = 'open') = (decided_at IS NULL))
);
CREATE INDEX cdp_match_reviews_open_idx ON tenant_select_2.cdp_match_reviews (score DESC, opened_at, match_review_id) WHERE status = 'open';
CREATE INDEX cdp_match_reviews_high_raw_profile_id_idx ON tenant_select_2.cdp_match_reviews (high_raw_profile_id);
COMMENT ON TABLE tenant_select_2.cdp_match_reviews IS 'Links that a rule proposes and that were not made: a person accepts or rejects them.';
COMMENT ON COLUMN tenant_select_2.cdp_match_reviews.rule IS 'Rule that proposes the link, as in cdp_profile_links.';
COMMENT ON COLUMN tenant_select_2.cdp_match_reviews.obstacle IS 'Why it was not made: score (between the thresholds), conflict:<identifier type or attribute>, limit:<identifier type>, size.';
COMMENT ON COLUMN tenant_select_2.cdp_match_reviews.status IS 'obsolete: the two are one golden record by now, or nothing proposes the link any more.';

-- Scores ---------------------------------------------------------------------

CREATE TABLE tenant_select_2.cdp_purchases (
    purchase_id     bigint      GENERATED ALWAYS AS IDENTITY,
    raw_profile_id  bigint      NOT NULL,
    event_id        bigint      NOT NULL,
    source          text        NOT NULL,
    message_id      text        NOT NULL,
    kind            text        NOT NULL,
    order_id        text,
    occurred_at     timestamptz NOT NULL,
    amount_minor    bigint,
    currency        text,
    report_count    integer     NOT NULL DEFAULT 1,
    CONSTRAINT cdp_purchases_pkey PRIMARY KEY (purchase_id),
    CONSTRAINT cdp_purchases_event_id_key UNIQUE (event_id),
    CONSTRAINT cdp_purchases_raw_profile_id_fkey FOREIGN KEY (raw_profile_id) REFERENCES tenant_select_2.cdp_raw_profiles (raw_profile_id),
    CONSTRAINT cdp_purchases_kind_check CHECK (kind IN ('order', 'refund')),
    CONSTRAINT cdp_purchases_amount_minor_check CHECK (amount_minor >= 0),
    CONSTRAINT cdp_purchases_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT cdp_purchases_order_currency_check CHECK (kind = 'refund' OR currency IS NOT NULL),
    CONSTRAINT cdp_purchases_report_count_check CHECK (report_count >= 1)
);
CREATE INDEX cdp_purchases_raw_profile_id_idx ON tenant_select_2.cdp_purchases (raw_profile_id);
CREATE UNIQUE INDEX cdp_purchases_order_id_key ON tenant_select_2.cdp_purchases (order_id) WHERE kind = 'order';
CREATE INDEX cdp_purchases_refund_order_id_idx ON tenant_select_2.cdp_purchases (order_id) WHERE kind = 'refund';
COMMENT ON TABLE tenant_select_2.cdp_purchases IS 'Orders and refunds recognised in events; they follow their observation through merge and split.';
COMMENT ON COLUMN tenant_select_2.cdp_purchases.order_id IS 'The shop''s order number: an order reported twice, by browser and server, is one row; the best report is kept, whichever came first.';
COMMENT ON COLUMN tenant_select_2.cdp_purchases.amount_minor IS 'In minor units of the currency (cents; whole for VND); NULL when none was sent or none could be read. An order without it counts as an order and adds no value; a refund without it takes back the whole order. With four decimals where currency is NULL.';
COMMENT ON COLUMN tenant_select_2.cdp_purchases.currency IS 'ISO 4217 as sent, else the default of the tenant; XXX when something unreadable was sent. NULL for a refund that was sent without: it means the currency of its order.';
COMMENT ON COLUMN tenant_select_2.cdp_purchases.report_count IS 'How many events reported this order.';

CREATE TABLE tenant_select_2.cdp_profile_metrics (
    master_profile_id  uuid        NOT NULL,
    refreshed_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT cdp_profile_metrics_pkey PRIMARY KEY (master_profile_id)
) WITH (fillfactor = 70);
COMMENT ON TABLE tenant_select_2.cdp_profile_metrics IS 'Attributes maintained by activity and scoring: they change with every event and make no new version of the golden record. Derived, so without a foreign key.';
