-- Why: what is in the lake, and what of it is proved, is known in the tenant. Lock: new tables only; milliseconds.

CREATE TABLE tenant_plain.cdp_lake_partitions (
    table_name       text        NOT NULL,
    partition        text        NOT NULL,
    state            text        NOT NULL,
    schema_hash      text        NOT NULL,
    manifest_sha256  bytea,
    exported_at      timestamptz,
    verified_at      timestamptz,
    verified_by      text,
    dropped_at       timestamptz,
    restored_at      timestamptz,
    CONSTRAINT cdp_lake_partitions_pkey PRIMARY KEY (table_name, partition),
    CONSTRAINT cdp_lake_partitions_state_check CHECK (state IN ('open', 'exporting', 'written', 'verified', 'dropped', 'erasing', 'stale'))
);
COMMENT ON TABLE tenant_plain.cdp_lake_partitions IS 'Months of the tenant''s tables that are in the lake, and how far each came.';
COMMENT ON COLUMN tenant_plain.cdp_lake_partitions.state IS 'exporting, written: under way; verified: the stored files say what PostgreSQL says; dropped: only the lake has it; erasing: a person is to be taken out; stale: PostgreSQL says something else by now.';
COMMENT ON COLUMN tenant_plain.cdp_lake_partitions.manifest_sha256 IS 'Of the manifest that was stored last; NULL while none was, or another is due.';

CREATE TABLE tenant_plain.cdp_lake_files (
    file_id      bigint         GENERATED ALWAYS AS IDENTITY,
    table_name   text           NOT NULL,
    partition    text           NOT NULL,
    dt           date           NOT NULL,
    seq          integer        NOT NULL,
    key          text           NOT NULL,
    state        text           NOT NULL DEFAULT 'exporting',
    is_leaving   boolean        NOT NULL DEFAULT false,
    schema_hash  text           NOT NULL,
    row_count    bigint,
    byte_count   bigint,
    sha256       bytea,
    checksum     numeric(38),
    lo           timestamptz,
    hi           timestamptz,
    min_person   text           COLLATE "C",
    max_person   text           COLLATE "C",
    written_at   timestamptz,
    verified_at  timestamptz,
    CONSTRAINT cdp_lake_files_pkey PRIMARY KEY (file_id),
    CONSTRAINT cdp_lake_files_key_key UNIQUE (key),
    CONSTRAINT cdp_lake_files_seq_key UNIQUE (table_name, partition, dt, seq),
    CONSTRAINT cdp_lake_files_partition_fkey FOREIGN KEY (table_name, partition) REFERENCES tenant_plain.cdp_lake_partitions (table_name, partition) ON DELETE CASCADE,
    CONSTRAINT cdp_lake_files_state_check CHECK (state IN ('exporting', 'written', 'verified', 'dropped', 'stale')),
    CONSTRAINT cdp_lake_files_written_check CHECK (state = 'exporting' OR (row_count IS NOT NULL AND byte_count IS NOT NULL AND sha256 IS NOT NULL AND checksum IS NOT NULL))
);
COMMENT ON TABLE tenant_plain.cdp_lake_files IS 'Every object of the tenant in the lake, written down before it is stored.';
COMMENT ON COLUMN tenant_plain.cdp_lake_files.state IS 'verified: PostgreSQL has its rows as well; dropped: it has not; stale: another file took its place, it is to be deleted.';
COMMENT ON COLUMN tenant_plain.cdp_lake_files.is_leaving IS 'Another file is being written in its place; readers read this one until that is verified.';
COMMENT ON COLUMN tenant_plain.cdp_lake_files.checksum IS 'Sum over its rows of the first 60 bits of md5 of all columns; docs/how-to/keep-events-in-a-lake.md.';
COMMENT ON COLUMN tenant_plain.cdp_lake_files.min_person IS 'Least of the column that names the person: an observation, a golden record or the key of a message.';

CREATE TABLE tenant_plain.cdp_lake_erasures (
    erasure_id         bigint      NOT NULL,
    mode               text        NOT NULL,
    raw_profile_ids    bigint[],
    master_profile_ids uuid[],
    texts              text[],
    requested_at       timestamptz NOT NULL,
    done_at            timestamptz,
    proof              jsonb,
    CONSTRAINT cdp_lake_erasures_pkey PRIMARY KEY (erasure_id),
    CONSTRAINT cdp_lake_erasures_done_at_check CHECK ((done_at IS NULL) = (proof IS NULL)),
    CONSTRAINT cdp_lake_erasures_forgotten_check CHECK (done_at IS NULL OR (raw_profile_ids IS NULL AND master_profile_ids IS NULL AND texts IS NULL))
);
COMMENT ON TABLE tenant_plain.cdp_lake_erasures IS 'Persons that are to be taken out of the lake, in the transaction that erased them. By what to find them stands here until they are out; then only the proof does.';
COMMENT ON COLUMN tenant_plain.cdp_lake_erasures.texts IS 'Identifiers as they may stand in documents.';
COMMENT ON COLUMN tenant_plain.cdp_lake_erasures.proof IS '{files_rewritten, rows_removed, objects_deleted, objects_scanned, found: 0, retained: [{key, until}]}; what could not be reached is in retained.';
