-- Writes the RFM scores, the recency score and what had to be left out of every customer's value into cdp_profile_metrics, and
-- how they were computed into c360.score_models; a changed segment is told as score.changed on c360-activation-events, one message a golden record.
-- Writes only rows that differ, so a repeat changes nothing. A golden record without orders has no scores. A score whose
-- attribute the tenant has dropped is left out. Golden records the resolver is busy with are postponed to the next call, so
-- neither waits for the other. Answers {"as_of", "profiles", "changed", "postponed", "segments_changed"}.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4424 time_out_of_bounds

CREATE OR REPLACE FUNCTION c360.refresh_scores(
    p_tenant text,
    p_as_of  timestamptz DEFAULT now()
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_columns text[];
    v_answer  jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._wait_for_scores(p_tenant);

    SELECT array_agg(existing.attname::text ORDER BY existing.attname)
    INTO v_columns
    FROM pg_attribute AS existing
    WHERE existing.attrelid = to_regclass('cdp_profile_metrics')
      AND existing.attname IN (
          'purchase_warnings', 'recency_score', 'rfm_frequency_score', 'rfm_monetary_score', 'rfm_recency_score', 'rfm_segment'
      )
      AND NOT existing.attisdropped;

    EXECUTE c360._refresh_scores_sql(coalesce(v_columns, '{}'))
    INTO v_answer
    USING p_tenant, c360._checked_time('p_as_of', p_as_of);

    RETURN v_answer;
END;
$$;

COMMENT ON FUNCTION c360.refresh_scores(text, timestamptz) IS
    'Refreshes the stored scores of a tenant''s customers; tells whose segment changed.';
