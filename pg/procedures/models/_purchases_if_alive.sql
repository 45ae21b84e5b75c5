-- Expected purchases within p_horizon of a customer who is alive at p_age after p_x repeat purchases; times probability_alive() it is the
-- expectation (Fader, Hardie & Lee 2005, eq. 10). With R = r + x, e = a - 1, c = a + b + x - 1 (MBG: one more), z = horizon /
-- (alpha + age + horizon) and L = ln(1 - z) it is c / e * (1 - (1 - z)^R * 2F1(R, c - e; c; z)). Two forms of it are finite where they are used:
-- after Euler's transformation, c * (1 - (1 - z)^e) / e - (1 - z)^e * S with S = sum over k >= 1 of (c - R)_k (1 + e)_(k-1) / ((c + 1)_(k-1) k!) z^k,
-- in which neither a = 1 nor c = 0 is an exception; and as it stands, where that series would grow or its signs change. Sums beyond what doubles hold are kept as a logarithm. Pure.

CREATE OR REPLACE FUNCTION c360._purchases_if_alive(
    p_fit      c360.purchase_fit,
    p_x        integer,
    p_age      double precision,
    p_horizon  double precision
)
    RETURNS double precision
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    c_most_terms  CONSTANT integer := 1000000;
    c_large       CONSTANT double precision := 1e200;
    c_small       CONSTANT double precision := 1e-5;
    e             double precision := p_fit.a - 1;
    r             CONSTANT double precision := p_fit.r + p_x;
    c             CONSTANT double precision := p_fit.a + p_fit.b + p_x - CASE p_fit.model WHEN 'bg_nbd' THEN 1 ELSE 0 END;
    z             CONSTANT double precision := p_horizon / (p_fit.alpha + p_age + p_horizon);
    -- Of two logarithms that are next to each other the difference would have few digits.
    v_log         CONSTANT double precision := CASE
        WHEN z < 1e-4 THEN -z * (1 + z * (1 / 2.0 + z * (1 / 3.0 + z / 4)))
        ELSE ln(p_fit.alpha + p_age) - ln(p_fit.alpha + p_age + p_horizon)
    END;
    v_term        double precision;
    v_sum         double precision := 0;
    v_scale       double precision := 0;
    k             double precision := 0;
BEGIN
    IF e <= r AND c - r > -5 THEN
        v_term := (c - r) * z;
        WHILE abs(v_term) > 1e-17 * abs(v_sum) AND k < c_most_terms LOOP
            v_sum := v_sum + v_term;
            k := k + 1;
            v_term := v_term * (c - r + k) * (e + k) / ((c + k) * (k + 1)) * z;
            IF abs(v_sum) > c_large THEN
                v_scale := v_scale + ln(abs(v_sum));
                v_term := v_term / abs(v_sum);
                v_sum := sign(v_sum);
            END IF;
        END LOOP;
        RETURN c * CASE
            WHEN abs(e * v_log) < 1e-4 THEN -v_log * (1 + e * v_log / 2 * (1 + e * v_log / 3 * (1 + e * v_log / 4)))
            ELSE (1 - exp(greatest(e * v_log, -700))) / e
        END - v_sum * exp(greatest(e * v_log + v_scale, -700));
    END IF;

    -- The difference below says nothing any more when e is next to nothing; what it tends to does.
    IF abs(e) < c_small THEN
        e := c_small;
    END IF;
    v_term := r * (c - e) * z;
    WHILE v_term > 1e-17 * v_sum AND k < c_most_terms LOOP
        v_sum := v_sum + v_term;
        k := k + 1;
        v_term := v_term * (r + k) * (c - e + k) / ((c + k) * (k + 1)) * z;
        IF v_sum > c_large THEN
            v_scale := v_scale + ln(v_sum);
            v_term := v_term / v_sum;
            v_sum := 1;
        END IF;
    END LOOP;
    RETURN (c * (1 - exp(greatest(r * v_log, -700))) - exp(greatest(least(r * v_log + v_scale + ln(v_sum), 700), -700))) / e;
END;
$$;

COMMENT ON FUNCTION c360._purchases_if_alive(c360.purchase_fit, integer, double precision, double precision) IS
    'Expected purchases of a customer who is alive.';
