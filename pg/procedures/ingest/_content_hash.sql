-- Fingerprint of an observation, the same expression as the generated column cdp_raw_profiles.content_hash.
-- Needed before the row exists: observations are inserted in its order, so that concurrent batches cannot deadlock.
-- No SET clause: the planner inlines it.

CREATE OR REPLACE FUNCTION c360._content_hash(p_source text, p_identifiers jsonb, p_traits jsonb)
    RETURNS bytea
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT sha256(convert_to(p_source || chr(31) || p_identifiers::text || chr(31) || p_traits::text, 'UTF8'));
$$;

COMMENT ON FUNCTION c360._content_hash(text, jsonb, jsonb) IS
    'SHA-256 of source, identifiers and traits of an observation.';
