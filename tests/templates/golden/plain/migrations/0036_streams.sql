-- Why: events from a topic of Kafka and how far it is read are committed together, so that each counts once.
-- Lock: a new table; milliseconds.

CREATE TABLE tenant_plain.cdp_stream_offsets (
    source        text        NOT NULL,
    topic         text        NOT NULL,
    partition     integer     NOT NULL,
    next_offset   bigint      NOT NULL,
    incarnation   text,
    record_count  bigint      NOT NULL DEFAULT 0,
    read_at       timestamptz,
    lost_count    bigint      NOT NULL DEFAULT 0,
    lost_at       timestamptz,
    CONSTRAINT cdp_stream_offsets_pkey PRIMARY KEY (source, topic, partition),
    CONSTRAINT cdp_stream_offsets_partition_check CHECK (partition >= 0),
    CONSTRAINT cdp_stream_offsets_next_offset_check CHECK (next_offset >= 0),
    CONSTRAINT cdp_stream_offsets_lost_count_check CHECK ((lost_count > 0) = (lost_at IS NOT NULL))
);
COMMENT ON TABLE tenant_plain.cdp_stream_offsets IS 'How far the partitions of topics of Kafka are read; written in the transaction of the events. What Kafka knows of it is for its own tools.';
COMMENT ON COLUMN tenant_plain.cdp_stream_offsets.source IS 'Touchpoint of the events, as their deduplication knows it.';
COMMENT ON COLUMN tenant_plain.cdp_stream_offsets.incarnation IS 'Id of the topic, where the brokers tell it: another one after it was deleted and made anew.';
COMMENT ON COLUMN tenant_plain.cdp_stream_offsets.record_count IS 'Records that were taken, rejected ones too, each once.';
COMMENT ON COLUMN tenant_plain.cdp_stream_offsets.lost_count IS 'Records that the topic kept no longer when they were to be read.';
