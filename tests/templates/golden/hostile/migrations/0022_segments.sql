-- Why: membership is kept, so that entering and leaving can be told. Derived tables, so without foreign keys. Lock: new tables only;
-- milliseconds.

CREATE TABLE tenant_select_2.cdp_segment_states (
    segment        text        NOT NULL,
    condition      text        NOT NULL,
    time_zone      text,
    columns        text[]      NOT NULL DEFAULT '{}',
    segments       text[]      NOT NULL DEFAULT '{}',
    place          integer     NOT NULL DEFAULT 0,
    uses_time      boolean     NOT NULL DEFAULT false,
    status         text        NOT NULL,
    problem        text,
    tells          boolean     NOT NULL DEFAULT true,
    filled_to      uuid,
    cost           double precision,
    compiled_with  text        NOT NULL,
    compiled_at    timestamptz NOT NULL DEFAULT now(),
    begun_at       timestamptz NOT NULL DEFAULT now(),
    settled_at     timestamptz,
    CONSTRAINT cdp_segment_states_pkey PRIMARY KEY (segment),
    CONSTRAINT cdp_segment_states_status_check CHECK (status IN ('filling', 'settled', 'paused', 'broken', 'failed')),
    CONSTRAINT cdp_segment_states_problem_check CHECK ((status IN ('broken', 'failed')) = (problem IS NOT NULL))
);
COMMENT ON TABLE tenant_select_2.cdp_segment_states IS 'What of the segments is compiled, and how far their members have been worked out.';
COMMENT ON COLUMN tenant_select_2.cdp_segment_states.condition IS 'The condition that is compiled; another one in the metadata is in force after the next sync.';
COMMENT ON COLUMN tenant_select_2.cdp_segment_states.time_zone IS 'Whose days the compiled condition speaks of.';
COMMENT ON COLUMN tenant_select_2.cdp_segment_states.columns IS 'Columns the condition looks at, those of segments in it included.';
COMMENT ON COLUMN tenant_select_2.cdp_segment_states.segments IS 'Segments it is made of, theirs included.';
COMMENT ON COLUMN tenant_select_2.cdp_segment_states.place IS 'Order of evaluation: after the segments it is made of.';
COMMENT ON COLUMN tenant_select_2.cdp_segment_states.uses_time IS 'Somebody may enter or leave because time passes.';
COMMENT ON COLUMN tenant_select_2.cdp_segment_states.status IS 'filling: not everybody has been looked at with this condition. broken: cannot be compiled. failed: an evaluation failed. The last two leave the members as they were.';
COMMENT ON COLUMN tenant_select_2.cdp_segment_states.tells IS 'Whether those who enter and leave while it is filled are told.';
COMMENT ON COLUMN tenant_select_2.cdp_segment_states.filled_to IS 'Golden records up to this id have been looked at while it is filled.';
COMMENT ON COLUMN tenant_select_2.cdp_segment_states.cost IS 'What the planner expects for 1,000 golden records.';
COMMENT ON COLUMN tenant_select_2.cdp_segment_states.begun_at IS 'Since when there is a segment of this name, or it has looked at nothing that is masked: what was told before is shown to no reader.';

CREATE TABLE tenant_select_2.cdp_segment_members (
    segment            text        NOT NULL,
    master_profile_id  uuid        NOT NULL,
    entered_at         timestamptz NOT NULL,
    CONSTRAINT cdp_segment_members_pkey PRIMARY KEY (segment, master_profile_id)
);
CREATE INDEX cdp_segment_members_master_profile_id_idx ON tenant_select_2.cdp_segment_members (master_profile_id);
COMMENT ON TABLE tenant_select_2.cdp_segment_members IS 'Who is in which segment now.';

CREATE TABLE tenant_select_2.cdp_segment_changes (
    change_id          bigint      GENERATED ALWAYS AS IDENTITY,
    segment            text        NOT NULL,
    master_profile_id  uuid        NOT NULL,
    change             text        NOT NULL,
    reason             text        NOT NULL,
    changed_at         timestamptz NOT NULL,
    CONSTRAINT cdp_segment_changes_pkey PRIMARY KEY (change_id),
    CONSTRAINT cdp_segment_changes_change_check CHECK (change IN ('entered', 'left')),
    CONSTRAINT cdp_segment_changes_reason_check CHECK (reason IN ('event', 'time', 'definition', 'merge'))
);
CREATE INDEX cdp_segment_changes_segment_idx ON tenant_select_2.cdp_segment_changes (segment, change_id);
CREATE INDEX cdp_segment_changes_master_profile_id_idx ON tenant_select_2.cdp_segment_changes (master_profile_id, change_id);
COMMENT ON TABLE tenant_select_2.cdp_segment_changes IS 'Who entered and left which segment, when and why.';
COMMENT ON COLUMN tenant_select_2.cdp_segment_changes.reason IS 'event: something of the golden record changed. time: a window went on. definition: the condition is new. merge: the record is another one''s now.';

CREATE TABLE tenant_select_2.cdp_segment_passes (
    is_only    boolean NOT NULL DEFAULT true,
    walked_to  uuid,
    CONSTRAINT cdp_segment_passes_pkey PRIMARY KEY (is_only),
    CONSTRAINT cdp_segment_passes_is_only_check CHECK (is_only)
);
COMMENT ON TABLE tenant_select_2.cdp_segment_passes IS 'How far the pass over everybody has come that finds who enters or leaves because time passes; one row while it runs.';
