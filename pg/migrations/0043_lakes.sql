-- Why: what is over is kept in a lake too: where, for each tenant.
-- Lock: creates one new table; milliseconds.

CREATE TABLE c360.lakes (
    tenant      text        NOT NULL,
    url         text        NOT NULL,
    options     jsonb       NOT NULL DEFAULT '{}',
    format      text        NOT NULL DEFAULT 'parquet',
    epoch       bigint      NOT NULL DEFAULT 0,
    held_by     text,
    held_at     timestamptz,
    pid         integer,
    life_sign   bigint,
    set_by      text        NOT NULL,
    set_at      timestamptz NOT NULL DEFAULT now(),
    visited_at  timestamptz,
    problem     text,
    CONSTRAINT lakes_pkey PRIMARY KEY (tenant),
    CONSTRAINT lakes_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT lakes_format_check CHECK (format IN ('parquet', 'iceberg')),
    CONSTRAINT lakes_options_check CHECK (jsonb_typeof(options) = 'object')
);
COMMENT ON TABLE c360.lakes IS 'Where the lake of a tenant is. Only the owner of c360 says so: whoever could would send the worker anywhere. No password is here: storages take theirs from the environment of the process.';
COMMENT ON COLUMN c360.lakes.options IS 'Of the storage: {endpoint, region, path_style, sse, user}.';
COMMENT ON COLUMN c360.lakes.epoch IS 'Raised whenever a process begins to work on the lake: one that comes with an older number was given up and is refused.';
COMMENT ON COLUMN c360.lakes.held_by IS 'The process that last began to work on it.';
COMMENT ON COLUMN c360.lakes.life_sign IS 'A random number that the session in pid locks while it lives; NULL: nobody works on the lake.';
COMMENT ON COLUMN c360.lakes.visited_at IS 'When a worker last took up bringing the lake up to date.';
COMMENT ON COLUMN c360.lakes.problem IS 'Why a worker could not bring it up to date then; NULL: it could, or is at it.';
