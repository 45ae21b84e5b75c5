-- Why: values of computed traits are kept, so that segments, people and messages need not work them out. Derived tables, so without
-- foreign keys. Lock: new tables only; milliseconds.

CREATE TABLE tenant_full.cdp_trait_states (
    trait          text        NOT NULL,
    expression     text        NOT NULL,
    time_zone      text,
    data_type      text,
    columns        text[]      NOT NULL DEFAULT '{}',
    uses_time      boolean     NOT NULL DEFAULT false,
    status         text        NOT NULL,
    problem        text,
    tells          boolean     NOT NULL DEFAULT true,
    filled_to      uuid,
    failure        text,
    cost           double precision,
    compiled_with  text        NOT NULL,
    compiled_at    timestamptz NOT NULL DEFAULT now(),
    begun_at       timestamptz NOT NULL DEFAULT now(),
    settled_at     timestamptz,
    CONSTRAINT cdp_trait_states_pkey PRIMARY KEY (trait),
    CONSTRAINT cdp_trait_states_status_check CHECK (status IN ('filling', 'settled', 'paused', 'broken')),
    CONSTRAINT cdp_trait_states_problem_check CHECK ((status = 'broken') = (problem IS NOT NULL))
);
COMMENT ON TABLE tenant_full.cdp_trait_states IS 'What of the computed traits is compiled, and how far their values have been worked out.';
COMMENT ON COLUMN tenant_full.cdp_trait_states.expression IS 'The expression that is compiled; another one in the metadata is in force after the next sync.';
COMMENT ON COLUMN tenant_full.cdp_trait_states.time_zone IS 'Whose days the compiled expression speaks of.';
COMMENT ON COLUMN tenant_full.cdp_trait_states.data_type IS 'What PostgreSQL says the expression is; NULL for one that never could be compiled.';
COMMENT ON COLUMN tenant_full.cdp_trait_states.columns IS 'Columns and event properties the expression looks at.';
COMMENT ON COLUMN tenant_full.cdp_trait_states.uses_time IS 'Values may change because time passes.';
COMMENT ON COLUMN tenant_full.cdp_trait_states.status IS 'filling: not everybody has been looked at with this expression. broken: cannot be compiled, the values stay as they were.';
COMMENT ON COLUMN tenant_full.cdp_trait_states.tells IS 'Whether values that change while it is filled are told.';
COMMENT ON COLUMN tenant_full.cdp_trait_states.filled_to IS 'Golden records up to this id have been looked at while it is filled.';
COMMENT ON COLUMN tenant_full.cdp_trait_states.failure IS 'Of some golden records the expression failed with this SQLSTATE since everybody was looked at: they have no value.';
COMMENT ON COLUMN tenant_full.cdp_trait_states.cost IS 'What the planner expects for 1,000 golden records.';
COMMENT ON COLUMN tenant_full.cdp_trait_states.begun_at IS 'Since when there is a trait of this name, or it has looked at nothing that is masked: what was told before is shown to no reader.';

CREATE TABLE tenant_full.cdp_trait_values (
    master_profile_id  uuid        NOT NULL,
    traits             jsonb       NOT NULL,
    changed_at         timestamptz NOT NULL,
    CONSTRAINT cdp_trait_values_pkey PRIMARY KEY (master_profile_id),
    CONSTRAINT cdp_trait_values_traits_check CHECK (jsonb_typeof(traits) = 'object')
);
COMMENT ON TABLE tenant_full.cdp_trait_values IS 'Computed traits of each golden record in one document; cdp_traits shows them as columns.';
COMMENT ON COLUMN tenant_full.cdp_trait_values.traits IS '{trait: value}; what is missing has no value.';

CREATE TABLE tenant_full.cdp_trait_passes (
    is_only    boolean NOT NULL DEFAULT true,
    walked_to  uuid,
    CONSTRAINT cdp_trait_passes_pkey PRIMARY KEY (is_only),
    CONSTRAINT cdp_trait_passes_is_only_check CHECK (is_only)
);
COMMENT ON TABLE tenant_full.cdp_trait_passes IS 'How far the pass over everybody has come that finds values which change because time passes; one row while it runs.';

-- The sync makes it anew with a column for each trait.
CREATE VIEW tenant_full.cdp_traits AS
SELECT
    known.master_profile_id,
    known.changed_at
FROM tenant_full.cdp_trait_values AS known;
COMMENT ON VIEW tenant_full.cdp_traits IS 'Computed traits of each golden record, a column each.';
