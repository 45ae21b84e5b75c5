-- Reads [{currency, day, rate}] as somebody wrote it; a rate of null takes the one of that day away. The first that cannot be right is
-- refused, by its place. Reads no table.
-- Raises: U3151 currency_rate_invalid

CREATE OR REPLACE FUNCTION c360._read_currency_rates(p_rates jsonb, p_in text)
    RETURNS TABLE (currency text, day date, rate numeric)
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO, YMD'
AS $$
#variable_conflict use_column
DECLARE
    v_refused record;
BEGIN
    IF jsonb_typeof(p_rates) IS DISTINCT FROM 'array' OR jsonb_array_length(p_rates) > 100000 THEN
        RAISE EXCEPTION 'rates are an array of at most 100000'
            USING ERRCODE = 'U3151',
                  HINT = 'Write [{"currency": "USD", "day": "2026-06-01", "rate": 25400}].';
    END IF;

    SELECT
        judged.place,
        judged.problem
    INTO v_refused
    FROM (
        SELECT
            said.place,
            CASE
                WHEN coalesce(said.item ->> 'currency', '') !~ '^[A-Za-z]{3}$' OR upper(said.item ->> 'currency') = 'XXX'
                    THEN 'the currency is none of ISO 4217'
                WHEN upper(said.item ->> 'currency') = p_in THEN p_in || ' is the currency of the tenant itself'
                WHEN coalesce(said.item ->> 'day', '') !~ '^\d{4}-\d{2}-\d{2}$' OR NOT pg_input_is_valid(said.item ->> 'day', 'date')
                    THEN 'the day is not one such as 2026-06-01'
                WHEN NOT said.item ? 'rate' THEN 'it says no rate'
                WHEN jsonb_typeof(said.item -> 'rate') = 'null' THEN NULL
                WHEN (said.item ->> 'rate') !~ '^\d{1,12}(\.\d{1,20})?$' OR (said.item ->> 'rate') ~ '^[0.]*$'
                    THEN 'the rate is not a number over zero, of at most 12 digits before the point and 20 behind it'
                WHEN count(*) OVER (PARTITION BY upper(said.item ->> 'currency'), said.item ->> 'day') > 1
                    THEN 'the currency and day are there twice'
            END AS problem
        FROM jsonb_array_elements(p_rates) WITH ORDINALITY AS said (item, place)
    ) AS judged
    WHERE judged.problem IS NOT NULL
    ORDER BY judged.place
    LIMIT 1;

    IF FOUND THEN
        RAISE EXCEPTION 'rate % cannot be taken: %', v_refused.place, v_refused.problem
            USING ERRCODE = 'U3151',
                  HINT = format('Write {"currency": "EUR", "day": "2026-06-01", "rate": 1.08}: what one unit of it is worth in %s.', p_in);
    END IF;

    RETURN QUERY
    SELECT
        upper(said.item ->> 'currency'),
        (said.item ->> 'day')::date,
        (said.item ->> 'rate')::numeric
    FROM jsonb_array_elements(p_rates) AS said (item);
END;
$$;

COMMENT ON FUNCTION c360._read_currency_rates(jsonb, text) IS
    'Rates as somebody wrote them, or an error that names the first that cannot be right.';
