-- Raises U3430 for what no model of customer lifetime value can be asked for, with a hint. Pure.

CREATE OR REPLACE FUNCTION c360._check_clv_arguments(
    p_model        text,
    p_holdout_days integer,
    p_months       integer,
    p_discount     double precision,
    p_margin       double precision,
    p_prior        double precision
)
    RETURNS void
    LANGUAGE plpgsql
    IMMUTABLE
AS $$
DECLARE
    v_wrong record;
BEGIN
    SELECT checked.*
    INTO v_wrong
    FROM (
        VALUES
            (1, p_model IN ('bg_nbd', 'mbg_nbd'), format('there is no model "%s"', p_model), 'Models are bg_nbd and mbg_nbd.'),
            (2, coalesce(p_holdout_days BETWEEN 1 AND 36500, true), format('%s days cannot be held out', p_holdout_days), 'It is a day at least.'),
            (3, p_months BETWEEN 1 AND 120, format('%s months cannot be foreseen', p_months), 'From 1 to 120 can.'),
            (4, p_discount >= 0 AND p_discount < 1, format('the discount cannot be %s', p_discount), 'It is of a month, from 0 to below 1, such as 0.01.'),
            (5, p_margin > 0 AND p_margin <= 1, format('the margin cannot be %s', p_margin), 'It is the part of a value that stays, above 0 to 1.'),
            (6, p_prior >= 0 AND p_prior <= 1000, format('the prior cannot be %s', p_prior), 'It is a weight in customers, from 0 to 1000.')
    ) AS checked (place, is_fine, message, hint)
    WHERE checked.is_fine IS NOT TRUE
    ORDER BY checked.place
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '%', v_wrong.message
            USING ERRCODE = 'U3430',
                  HINT = v_wrong.hint;
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_clv_arguments(text, integer, integer, double precision, double precision, double precision) IS
    'Refuses arguments of fit_clv() that cannot be.';
