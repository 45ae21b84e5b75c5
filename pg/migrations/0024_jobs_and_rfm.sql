-- Why: work that a tenant wants done at certain times, and what became of it; what a tenant wants different about RFM.
-- Lock: creates new tables; ACCESS EXCLUSIVE on one small table, milliseconds.

CREATE TABLE c360.jobs (
    tenant      text        NOT NULL,
    job         text        NOT NULL,
    kind        text        NOT NULL,
    arguments   jsonb       NOT NULL DEFAULT '{}',
    schedule    text        NOT NULL,
    is_enabled  boolean     NOT NULL DEFAULT true,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT jobs_pkey PRIMARY KEY (tenant, job),
    CONSTRAINT jobs_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT jobs_job_check CHECK (job ~ '^[a-z][a-z0-9_]{0,58}$'),
    CONSTRAINT jobs_kind_check CHECK (kind ~ '^[a-z][a-z0-9_]{0,58}$'),
    CONSTRAINT jobs_arguments_check CHECK (jsonb_typeof(arguments) = 'object'),
    CONSTRAINT jobs_schedule_check CHECK (
        length(schedule) <= 200
        AND schedule ~ '^[0-9*,/-]+ [0-9*,/-]+ [0-9LW*,/-]+ [0-9A-Za-z*,/-]+ [0-9A-Za-z*,/#-]+$'
    )
);
COMMENT ON TABLE c360.jobs IS 'What a tenant wants done at which times. A kind with a default time needs no row; a row with the name of the kind replaces the default.';
COMMENT ON COLUMN c360.jobs.kind IS 'What is done: one of c360.list_job_kinds().';
COMMENT ON COLUMN c360.jobs.arguments IS 'Arguments of the function behind the kind, by name without p_; only those that the kind takes.';
COMMENT ON COLUMN c360.jobs.schedule IS 'A cron expression of five fields: minute, hour, day of the month, month, day of the week; in the time zone of the tenant. The worker reads it; the check refuses only what is obviously none.';
COMMENT ON COLUMN c360.jobs.is_enabled IS 'Off: it is not run at its times; c360 job run still does it.';

CREATE TABLE c360.job_states (
    tenant       text        NOT NULL,
    job          text        NOT NULL,
    schedule     text,
    time_zone    text,
    next_run_at  timestamptz,
    problem      text,
    claimed_at   timestamptz,
    CONSTRAINT job_states_pkey PRIMARY KEY (tenant, job),
    CONSTRAINT job_states_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT job_states_problem_check CHECK (problem IS NULL OR next_run_at IS NULL)
) WITH (fillfactor = 50);
CREATE INDEX job_states_next_run_at_idx ON c360.job_states (next_run_at);
COMMENT ON TABLE c360.job_states IS 'When each job is due next. Whoever runs a job locks its row meanwhile, so that nobody else does. May be emptied: the times are worked out again from then on.';
COMMENT ON COLUMN c360.job_states.schedule IS 'The schedule that next_run_at follows from; another one in c360.jobs means that it is worked out again.';
COMMENT ON COLUMN c360.job_states.time_zone IS 'The time zone that next_run_at follows from.';
COMMENT ON COLUMN c360.job_states.next_run_at IS 'NULL: not worked out yet, or the schedule cannot be read.';
COMMENT ON COLUMN c360.job_states.problem IS 'Why the schedule cannot be read; NULL when it can.';
COMMENT ON COLUMN c360.job_states.claimed_at IS 'When it was last due and taken: a next time is never before that.';

CREATE TABLE c360.job_runs (
    job_run_id    bigint      GENERATED ALWAYS AS IDENTITY,
    tenant        text        NOT NULL,
    job           text        NOT NULL,
    kind          text        NOT NULL,
    cause         text        NOT NULL,
    attempt       integer     NOT NULL DEFAULT 1,
    due_at        timestamptz NOT NULL,
    claimed_at    timestamptz NOT NULL,
    lease_until   timestamptz NOT NULL,
    started_at    timestamptz,
    finished_at   timestamptz,
    status        text        NOT NULL DEFAULT 'running',
    step_count    integer     NOT NULL DEFAULT 0,
    answer        jsonb,
    error_code    text,
    error_hint    text,
    run_by        text        NOT NULL,
    CONSTRAINT job_runs_pkey PRIMARY KEY (job_run_id),
    CONSTRAINT job_runs_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT job_runs_cause_check CHECK (cause IN ('schedule', 'person')),
    CONSTRAINT job_runs_attempt_check CHECK (attempt >= 1),
    CONSTRAINT job_runs_status_check CHECK (status IN ('running', 'succeeded', 'failed', 'lost')),
    CONSTRAINT job_runs_finished_at_check CHECK ((status = 'running') = (finished_at IS NULL)),
    CONSTRAINT job_runs_error_code_check CHECK ((status = 'failed') = (error_code IS NOT NULL))
);
CREATE INDEX job_runs_tenant_job_idx ON c360.job_runs (tenant, job, job_run_id);
CREATE INDEX job_runs_tenant_claimed_at_idx ON c360.job_runs (tenant, claimed_at);
CREATE UNIQUE INDEX job_runs_running_key ON c360.job_runs (tenant, job) WHERE status = 'running';
COMMENT ON TABLE c360.job_runs IS 'What became of each run of a job, as long as retention kind job_runs says.';
COMMENT ON COLUMN c360.job_runs.cause IS 'schedule: it was due; person: somebody called run_job().';
COMMENT ON COLUMN c360.job_runs.attempt IS 'Over 1: the run before was lost with its worker, and this does it again.';
COMMENT ON COLUMN c360.job_runs.due_at IS 'When it should have begun; several times missed are one run, due at the first of them.';
COMMENT ON COLUMN c360.job_runs.lease_until IS 'Whoever runs it renews this; past it, the run counts as lost.';
COMMENT ON COLUMN c360.job_runs.step_count IS 'Transactions it took: work in small steps is asked for again while there is more.';
COMMENT ON COLUMN c360.job_runs.answer IS 'What the last step answered: counts.';
COMMENT ON COLUMN c360.job_runs.error_code IS 'SQLSTATE of the failure. The message may quote a customer, so it is in the log of the worker only.';
COMMENT ON COLUMN c360.job_runs.error_hint IS 'What to do about it.';
COMMENT ON COLUMN c360.job_runs.run_by IS 'The worker, or the role of the person.';

ALTER TABLE c360.retention_kinds DROP CONSTRAINT retention_kinds_kind_check;
ALTER TABLE c360.retention_kinds ADD CONSTRAINT retention_kinds_kind_check CHECK (kind IN (
    'events', 'rejected_events', 'settled_rejected_events', 'import_rejects', 'history', 'messages', 'attempts', 'dead_letters',
    'audit', 'job_runs'
));
INSERT INTO c360.retention_kinds (kind, description, default_keep, position)
VALUES ('job_runs', 'Runs of jobs and what became of them, by when they began.', interval '90 days', 65);

CREATE TABLE c360.rfm_settings (
    tenant       text        NOT NULL,
    time_window  interval,
    segments     jsonb,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT rfm_settings_pkey PRIMARY KEY (tenant),
    CONSTRAINT rfm_settings_tenant_fkey FOREIGN KEY (tenant) REFERENCES c360.tenants (tenant) ON DELETE CASCADE,
    CONSTRAINT rfm_settings_time_window_check CHECK (
        time_window IS NULL OR (
            time_window >= interval '1 day'
            AND time_window <= interval '36500 days'
            AND (
                time_window = make_interval(days => extract(day FROM time_window)::integer)
                OR extract(day FROM time_window) = 0 AND extract(epoch FROM time_window - date_trunc('month', time_window)) = 0
            )
        )
    ),
    CONSTRAINT rfm_settings_segments_check CHECK (segments IS NULL OR jsonb_typeof(segments) = 'array')
);
COMMENT ON TABLE c360.rfm_settings IS 'What a tenant wants different about RFM. Without a row: all orders, and the eleven segments of c360.rfm_segments.';
COMMENT ON COLUMN c360.rfm_settings.time_window IS 'Only orders of so many whole days or months count; NULL: all.';
COMMENT ON COLUMN c360.rfm_settings.segments IS 'Names in the order of reports, [{segment, cells, advice}]; cells are lines of three fields, recency, frequency and monetary score, such as "4-5 1,3 *". Every one of the 125 cells has exactly one name. NULL: c360.rfm_cells.';
