-- What a scored pair says for (or against) one person: log-odds to the base of two in thousandths, never above 8 nor below -6,
-- so that no single pair outweighs all others; but for two of one household (verdict kin), who are kept apart by more than their likeness
-- to a third can bring together. Raises nothing. In SQL, so that it becomes part of the expression that calls it.

CREATE OR REPLACE FUNCTION c360._pair_bits(
    p_score   real,
    p_verdict text
)
    RETURNS integer
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_verdict = 'kin' THEN -16000
        WHEN p_score >= 0.999 THEN 8000
        WHEN p_score <= 0.001 THEN -6000
        ELSE round(1000 * greatest(-6, least(8, ln(p_score / (1 - p_score)::double precision) / ln(2))))::integer
    END
$$;

COMMENT ON FUNCTION c360._pair_bits(real, text) IS
    'What a scored pair says for one person, in thousandths of a bit.';
