-- ψ(x), the derivative of ln Γ(x), and ψ'(x), x > 0, as an array of two. Asymptotic series from 10 upwards, below it by recurrence. Pure.

CREATE OR REPLACE FUNCTION c360._digamma(p_x double precision)
    RETURNS double precision[]
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_x       double precision := p_x;
    v_first   double precision := 0;
    v_second  double precision := 0;
    v_square  double precision;
BEGIN
    WHILE v_x < 10 LOOP
        v_first := v_first - 1 / v_x;
        v_second := v_second + 1 / (v_x * v_x);
        v_x := v_x + 1;
    END LOOP;
    v_square := 1 / (v_x * v_x);
    RETURN ARRAY[
        v_first + ln(v_x) - 0.5 / v_x - v_square * (1.0 / 12 - v_square * (1.0 / 120 - v_square * (1.0 / 252
            - v_square * (1.0 / 240 - v_square * (1.0 / 132 - v_square * (691.0 / 32760 - v_square / 12)))))),
        v_second + 1 / v_x + v_square / 2 + v_square / v_x * (1.0 / 6 - v_square * (1.0 / 30 - v_square * (1.0 / 42
            - v_square * (1.0 / 30 - v_square * (5.0 / 66 - v_square * (691.0 / 2730 - v_square * 7 / 6))))))
    ];
END;
$$;

COMMENT ON FUNCTION c360._digamma(double precision) IS
    'First and second derivative of the logarithm of the gamma function, of a positive number.';
