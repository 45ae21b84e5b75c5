-- What a tenant wants of a score, as it was written; NULL when nothing. Reads only.

CREATE OR REPLACE FUNCTION c360._score_settings(p_tenant text, p_score text)
    RETURNS jsonb
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT own.settings
    FROM c360.score_settings AS own
    WHERE own.tenant = p_tenant
      AND own.score = p_score;
$$;

COMMENT ON FUNCTION c360._score_settings(text, text) IS
    'What a tenant wants of a score.';
