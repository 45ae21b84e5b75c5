-- Fits BG/NBD (bg_nbd) or MBG/NBD (mbg_nbd) to customers by maximum likelihood: p_x repeat purchases, p_recency time of the last one
-- after the first, p_age time from the first to the end, both in one unit; p_count how many such customers (default one each). Alike ones are best
-- given once, with their count.
-- Newton's method on the logarithms of the parameters with Levenberg's damping, from a start of its own.
-- p_prior: weight of a normal prior on these logarithms around zero, as of so many customers' worth; 0 is maximum likelihood.
-- status: converged; boundary, when the likelihood rises towards a parameter of zero or infinity (finite and usable, without standard errors);
-- max_iter or stalled, when the search ended before. Customers of age 0 say nothing and are left out and counted.
-- Raises: 22023 for values that cannot be (x negative, recency without x or beyond the age, NaN), and when nobody bought again.

CREATE OR REPLACE FUNCTION c360.fit_purchases(
    p_model    text,
    p_x        integer[],
    p_recency  double precision[],
    p_age      double precision[],
    p_count    double precision[] DEFAULT NULL,
    p_prior    double precision DEFAULT 0
)
    RETURNS c360.purchase_fit
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- For the groups of a million customers.
    SET work_mem = '128MB'
AS $$
DECLARE
    -- A sixteenth of the customers, or so many, is enough to begin near the maximum; more of them only polish.
    c_enough   CONSTANT integer := 2000;
    v_picked   double precision;
    v_gain     double precision := 1e-13;
    v_sample   c360.purchase_fit;
    v_start    double precision[];
    v_bad      double precision;
    v_x        integer[];
    v_recency  double precision[];
    v_age      double precision[];
    v_count    double precision[];
    v_over     double precision[];
    v_found    c360.maximum;
    v_fit      c360.purchase_fit;
BEGIN
    IF (p_model IN ('bg_nbd', 'mbg_nbd')) IS NOT TRUE THEN
        RAISE EXCEPTION 'there is no model "%"', p_model
            USING ERRCODE = '22023',
                  HINT = 'Models are bg_nbd and mbg_nbd.';
    END IF;

    -- Alike customers count together, what is computed is a sum over them; where they are counted, they were grouped before.
    IF p_count IS NULL THEN
        SELECT
            array_agg(alike.x),
            array_agg(alike.recency),
            array_agg(alike.age),
            array_agg(alike.n)
        INTO
            p_x,
            p_recency,
            p_age,
            p_count
        FROM (
            SELECT
                customer.x,
                customer.recency,
                customer.age,
                count(*)::double precision AS n
            FROM unnest(p_x, p_recency, p_age) AS customer (x, recency, age)
            GROUP BY
                customer.x,
                customer.recency,
                customer.age
        ) AS alike;
    END IF;

    SELECT
        sum(CASE WHEN given.n >= 0 AND given.n < 'Infinity' THEN greatest(given.n, 1) ELSE 1 END) FILTER (WHERE NOT given.is_fine),
        coalesce(sum(given.n) FILTER (WHERE given.age = 0), 0),
        array_agg(given.x) FILTER (WHERE given.age > 0 AND given.n > 0),
        array_agg(given.recency) FILTER (WHERE given.age > 0 AND given.n > 0),
        array_agg(given.age) FILTER (WHERE given.age > 0 AND given.n > 0),
        array_agg(given.n) FILTER (WHERE given.age > 0 AND given.n > 0),
        sum(given.n) FILTER (WHERE given.age > 0)
    INTO
        v_bad,
        v_fit.excluded,
        v_x,
        v_recency,
        v_age,
        v_count,
        v_fit.customers
    FROM (
        SELECT
            customer.x,
            customer.recency,
            customer.age,
            coalesce(customer.n, 1) AS n,
            coalesce(
                customer.x >= 0
                AND customer.recency >= 0
                AND customer.recency <= customer.age
                AND customer.age < 'Infinity'
                AND (customer.x > 0) = (customer.recency > 0)
                AND coalesce(customer.n, 1) >= 0 AND coalesce(customer.n, 1) < 'Infinity',
                false
            ) AS is_fine
        FROM unnest(p_x, p_recency, p_age, p_count) AS customer (x, recency, age, n)
        -- Sums of doubles depend on their order: the same customers give the same fit.
        ORDER BY
            customer.x,
            customer.recency,
            customer.age,
            customer.n
    ) AS given;
    IF v_bad > 0 THEN
        RAISE EXCEPTION '% customers cannot be', v_bad
            USING ERRCODE = '22023',
                  HINT = 'Repeat purchases are whole and not negative, the last one is after the first and not after the end; without repeat purchases recency is 0.';
    END IF;

    SELECT array_agg(over.n ORDER BY over.k)
    INTO v_over
    FROM (
        SELECT
            number.k,
            sum(alike.n) OVER (ORDER BY number.k DESC) AS n
        FROM generate_series(1, (SELECT max(x) FROM unnest(v_x) AS x)) AS number (k)
        LEFT JOIN (
            SELECT
                v_x[place] AS x,
                sum(v_count[place]) AS n
            FROM generate_series(1, array_length(v_x, 1)) AS place
            GROUP BY v_x[place]
        ) AS alike ON alike.x = number.k
    ) AS over;
    IF v_over IS NULL THEN
        RAISE EXCEPTION 'nobody bought again'
            USING ERRCODE = '22023',
                  HINT = 'A model of repeat purchases needs customers with repeat purchases.';
    END IF;

    v_start := ARRAY[0, ln((SELECT sum(customer.age * customer.n) / sum(customer.n) FROM unnest(v_age, v_count) AS customer (age, n))), 0, 0];
    IF array_length(v_x, 1) > 2 * c_enough THEN
        v_picked := greatest(v_fit.customers / 16, c_enough);
        -- Every so manieth customer in that order: each kind of them is there in its share.
        v_sample := (
            SELECT c360.fit_purchases(
                p_model, array_agg(v_x[picked.place]), array_agg(v_recency[picked.place]), array_agg(v_age[picked.place]), array_agg(picked.n), p_prior
            )
            FROM (
                SELECT
                    customer.place,
                    floor(customer.until * v_picked / v_fit.customers)
                        - floor((customer.until - v_count[customer.place]) * v_picked / v_fit.customers) AS n
                FROM (
                    SELECT
                        place,
                        sum(v_count[place]) OVER (ORDER BY place ROWS UNBOUNDED PRECEDING) AS until
                    FROM generate_series(1, array_length(v_x, 1)) AS place
                ) AS customer
            ) AS picked
            WHERE picked.n > 0
        );
        IF v_sample.status = 'converged' THEN
            v_start := ARRAY[ln(v_sample.r), ln(v_sample.alpha), ln(v_sample.a), ln(v_sample.b)];
            v_gain := 1e-9;
        END IF;
    END IF;
    v_found := c360._maximum(
        p_model,
        v_x,
        v_recency,
        v_age,
        v_count,
        v_over,
        v_start,
        p_prior,
        v_gain
    );
    v_fit.model := p_model;
    v_fit.status := v_found.status;
    v_fit.r := v_found.parameters[1];
    v_fit.alpha := v_found.parameters[2];
    v_fit.a := v_found.parameters[3];
    v_fit.b := v_found.parameters[4];
    v_fit.standard_errors := v_found.standard_errors;
    v_fit.log_likelihood := v_found.log_likelihood;
    v_fit.steps := v_found.steps;
    RETURN v_fit;
END;
$$;

COMMENT ON FUNCTION c360.fit_purchases(text, integer[], double precision[], double precision[], double precision[], double precision) IS
    'Fits a model of how often customers buy.';
