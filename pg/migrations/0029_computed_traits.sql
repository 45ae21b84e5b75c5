-- Why: computed traits of golden records are metadata: an expression that is checked and compiled by the sync.
-- Lock: a new table; milliseconds.

CREATE TABLE c360.computed_traits (
    tenant          text        NOT NULL,
    trait           text        NOT NULL,
    title           text        NOT NULL DEFAULT '',
    description     text        NOT NULL DEFAULT '',
    expression      text        NOT NULL,
    status          text        NOT NULL DEFAULT 'active',
    notifies_first  boolean     NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL DEFAULT now(),
    created_by      text        NOT NULL DEFAULT session_user,
    changed_at      timestamptz NOT NULL DEFAULT now(),
    changed_by      text        NOT NULL DEFAULT session_user,
    CONSTRAINT computed_traits_pkey PRIMARY KEY (tenant, trait),
    CONSTRAINT computed_traits_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT computed_traits_trait_check CHECK (trait ~ '^[a-z][a-z0-9_]{0,40}$'),
    CONSTRAINT computed_traits_title_check CHECK (length(title) <= 200),
    CONSTRAINT computed_traits_expression_check CHECK (length(expression) BETWEEN 1 AND 4000),
    CONSTRAINT computed_traits_status_check CHECK (status IN ('active', 'paused'))
);
COMMENT ON TABLE c360.computed_traits IS 'Computed traits of a tenant: what an expression over golden records and events answers for each.';
COMMENT ON COLUMN c360.computed_traits.trait IS 'Code, by which segments and messages name it; a column of cdp_traits.';
COMMENT ON COLUMN c360.computed_traits.expression IS 'An expression of SQL as its author wrote it; never run as it stands. docs/how-to/compute-traits.md';
COMMENT ON COLUMN c360.computed_traits.status IS 'paused: values stay as they are.';
COMMENT ON COLUMN c360.computed_traits.notifies_first IS 'Values found when the trait is filled for the first time are told as traits.updated.';
