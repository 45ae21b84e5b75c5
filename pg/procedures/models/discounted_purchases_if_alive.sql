-- What the expected purchases of a customer who is alive at p_age after p_x repeat purchases are worth today, in purchases: those of each of
-- p_periods of length p_period, divided by (1 + p_discount) to the number of the period. With p_discount 0 it is all of them. Times
-- probability_alive() and expected_value() it is what the customer will bring. Depends on x and age alone: of many customers few differ.
-- The series of _purchases_if_alive() has the same coefficients for every period, and none grows where e <= 1: all of them are summed at once;
-- 40 / -ln(z) terms are all that count. Elsewhere period by period. NULL for what is NULL. Pure.

CREATE OR REPLACE FUNCTION c360.discounted_purchases_if_alive(
    p_fit       c360.purchase_fit,
    p_x         integer,
    p_age       double precision,
    p_period    double precision,
    p_periods   integer,
    p_discount  double precision
)
    RETURNS double precision
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
    COST 10000
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    e        CONSTANT double precision := p_fit.a - 1;
    c        CONSTANT double precision := p_fit.a + p_fit.b + p_x - CASE p_fit.model WHEN 'bg_nbd' THEN 1 ELSE 0 END;
    d        CONSTANT double precision := c - p_fit.r - p_x;
    v_age    CONSTANT double precision := p_fit.alpha + p_age;
    v_factor CONSTANT double precision := 1 / (1 + p_discount);
    v_last   integer := p_periods;
    v_length double precision := p_period;
    v_until  double precision;
    v_known  double precision := 0;
    v_sum    double precision := 0;
BEGIN
    IF p_discount = 0 THEN
        v_last := 1;
        v_length := p_period * p_periods;
    END IF;

    IF d <= 0.001 OR e > least(p_fit.r, 1) OR e <= -0.999 OR v_length <= 0 THEN
        FOR number IN 1..v_last LOOP
            v_until := c360._purchases_if_alive(p_fit, p_x, p_age, v_length * number);
            v_sum := v_sum + (v_until - v_known) * v_factor ^ number;
            v_known := v_until;
        END LOOP;
        RETURN v_sum;
    END IF;

    RETURN (
        WITH period AS (
            SELECT
                ahead.weight,
                ln(ahead.horizon) - ln(v_age + ahead.horizon) AS log_z,
                -- Of 1 - z.
                ln(v_age) - ln(v_age + ahead.horizon) AS log_left
            FROM (
                SELECT
                    -- What comes until the end of each period, not within it.
                    v_factor ^ number.m - CASE WHEN number.m < v_last THEN v_factor ^ (number.m + 1) ELSE 0 END AS weight,
                    v_length * number.m AS horizon
                FROM generate_series(1, v_last) AS number (m)
            ) AS ahead
        ),
        term AS (
            SELECT
                number.k,
                sum(CASE
                    WHEN number.k = 1 THEN ln(d)
                    ELSE ln((d + number.k - 1) * (e + number.k - 1) / ((c + number.k - 1) * number.k))
                END) OVER (ORDER BY number.k) AS log_coefficient
            FROM generate_series(1, ceil(-40 / (ln(v_length * v_last) - ln(v_age + v_length * v_last)))::integer) AS number (k)
        )
        SELECT
            (
                SELECT sum(period.weight * c * CASE
                    WHEN abs(e * period.log_left) < 1e-4 THEN -period.log_left * (1 + e * period.log_left / 2 * (1 + e * period.log_left / 3 * (1 + e * period.log_left / 4)))
                    ELSE (1 - exp(greatest(e * period.log_left, -700))) / e
                END)
                FROM period
            )
            - sum(period.weight * exp(greatest(least(term.log_coefficient + term.k * period.log_z + e * period.log_left, 700), -700)))
        FROM period
        JOIN term ON term.k <= 1 - 40 / period.log_z
    );
END;
$$;

COMMENT ON FUNCTION c360.discounted_purchases_if_alive(c360.purchase_fit, integer, double precision, double precision, integer, double precision) IS
    'What the purchases of a customer who is alive are worth today, in purchases.';
