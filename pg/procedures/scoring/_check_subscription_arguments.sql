-- Raises U3430 for what the model of subscriptions cannot be asked for, with a hint. Pure.

CREATE OR REPLACE FUNCTION c360._check_subscription_arguments(
    p_holdout_periods integer,
    p_periods         integer,
    p_discount        double precision,
    p_prior           double precision
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
            (1, coalesce(p_holdout_periods BETWEEN 1 AND 1000, true), format('%s periods cannot be held out', p_holdout_periods), 'It is a period at least.'),
            (2, p_periods BETWEEN 1 AND 1000, format('%s periods cannot be foreseen', p_periods), 'From 1 to 1000 can.'),
            (3, p_discount >= 0 AND p_discount < 1, format('the discount cannot be %s', p_discount), 'It is of a period, from 0 to below 1, such as 0.01.'),
            (4, p_prior >= 0 AND p_prior <= 1000, format('the prior cannot be %s', p_prior), 'It is a weight in customers, from 0 to 1000.')
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

COMMENT ON FUNCTION c360._check_subscription_arguments(integer, integer, double precision, double precision) IS
    'Refuses arguments of fit_subscriptions() that cannot be.';
