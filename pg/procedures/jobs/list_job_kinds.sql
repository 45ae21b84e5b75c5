-- What jobs can do: the one list. A line makes a kind of job; nothing else has to be told of it.
--   function_name     function of schema c360 that takes p_tenant and answers jsonb; while it answers has_more it is called again, each
--                     time in a transaction of its own. It must be safe to repeat: a run lost with its worker is done again.
--   arguments         what a job may give it, by name without p_, and of which type
--   default_schedule  when it is done for tenants that say nothing, in their time zone; NULL: only for those that ask for it
-- Pure.

CREATE OR REPLACE FUNCTION c360.list_job_kinds()
    RETURNS TABLE (kind text, function_name name, arguments jsonb, default_schedule text, description text)
    LANGUAGE sql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    VALUES
        ('apply_retention', 'apply_retention'::name, '{"kind": "text"}'::jsonb, '30 3 * * *',
            'Removes what the tenant no longer wants kept; the worker also does it every hour.'),
        ('maintain_event_partitions', 'maintain_event_partitions', '{"ahead": "interval"}', '0 3 * * *',
            'Makes the partitions of the coming months; the worker also does it every hour.'),
        ('refresh_scores', 'refresh_scores', '{}', '5 0 * * *',
            'Stores the scores of a new day; the worker also does it every five minutes.'),
        ('refresh_reports', 'refresh_reports', '{"snapshot": "boolean"}', '20 0 * * *',
            'Brings the reports up to date and keeps the segments of a new day; the worker also does it every five minutes.'),
        ('fit_clv', 'fit_clv',
            '{"model": "text", "holdout_days": "integer", "months": "integer",
              "discount": "double precision", "margin": "double precision", "prior": "double precision"}',
            '15 4 * * MON',
            'Fits the models of customer lifetime value anew and judges them.'),
        ('fit_lead', 'fit_lead', '{"ridge": "double precision"}', '30 4 * * MON',
            'Fits the model of leads anew and judges it, where the tenant has one.'),
        ('fit_subscriptions', 'fit_subscriptions',
            '{"holdout_periods": "integer", "periods": "integer", "discount": "double precision", "prior": "double precision"}',
            '45 4 * * MON',
            'Fits the model of how long subscriptions last anew and judges it, where there are any.'),
        ('refresh_traits', 'refresh_traits', '{}', '10 * * * *',
            'Works out computed traits that change because time passes, and those that are new.'),
        ('refresh_segments', 'refresh_segments', '{}', '20 * * * *',
            'Finds who enters or leaves segments because time passes.');
$$;

COMMENT ON FUNCTION c360.list_job_kinds() IS
    'What jobs can do, with the arguments each kind takes and when it is done for tenants that say nothing.';
