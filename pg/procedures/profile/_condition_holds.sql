-- Says whether a condition of a composite rule holds between two values as match rules compare them; NULL where one of them
-- is absent. Raises nothing for values of cdp_standard_profiles, which their types can hold.

CREATE OR REPLACE FUNCTION c360._condition_holds(
    p_condition jsonb,
    p_low       text,
    p_high      text
)
    RETURNS boolean
    LANGUAGE sql
    STABLE
    SET timezone = 'UTC'
AS $$
    SELECT CASE p_condition ->> 'compare'
        WHEN 'exact' THEN c360._compare_exact(p_low, p_high)
        WHEN 'trigram'
            THEN c360._compare_trigram(p_low, p_high, coalesce((p_condition ->> 'at_least')::double precision, 0.6))
        WHEN 'metaphone' THEN c360._compare_metaphone(p_low, p_high)
        WHEN 'levenshtein' THEN c360._compare_levenshtein(p_low, p_high, coalesce((p_condition ->> 'at_most')::integer, 1))
        WHEN 'date_close' THEN c360._compare_date(
            p_low::timestamptz::date,
            p_high::timestamptz::date,
            coalesce((p_condition ->> 'within_days')::integer, 0),
            coalesce((p_condition ->> 'swapped')::boolean, false)
        )
        ELSE c360._compare_number(
            p_low::numeric,
            p_high::numeric,
            (p_condition ->> 'within')::numeric,
            (p_condition ->> 'within_ratio')::numeric
        )
    END;
$$;

COMMENT ON FUNCTION c360._condition_holds(jsonb, text, text) IS
    'Whether a condition of a composite rule holds between two values; NULL where one is absent.';
