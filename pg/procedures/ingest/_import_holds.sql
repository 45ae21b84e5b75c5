-- Whether a golden record will take a value in a form (email, phone, country, gender, id, document, birthday, or a data type); where not, it
-- passes the value over. What stands for no value is taken: it says nothing. The same conditions as in standard_profiles() of a tenant.
-- p_order: its order of day and month; p_country: that of the row, or of the tenant; p_on: when the row came. Raises nothing.

CREATE OR REPLACE FUNCTION c360._import_holds(
    p_form    text,
    p_value   jsonb,
    p_order   text,
    p_country text,
    p_on      date
)
    RETURNS boolean
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
AS $$
DECLARE
    v_text text := p_value #>> '{}';
    v_day  text;
BEGIN
    IF v_text IS NULL OR v_text = '' THEN
        RETURN true;
    ELSIF jsonb_typeof(p_value) = 'array' THEN
        RETURN NOT EXISTS (
            SELECT
            FROM jsonb_array_elements(p_value) AS item (value)
            WHERE jsonb_typeof(item.value) NOT IN ('array', 'object')
              AND NOT c360._import_holds(p_form, item.value, p_order, p_country, p_on)
        );
    ELSIF jsonb_typeof(p_value) = 'object' THEN
        -- {"mobile": ...}, {"code": "NZ"}: looked at where it is read.
        RETURN p_form IN ('email', 'phone', 'country', 'id', 'document');
    END IF;

    IF p_form IN ('birthday', 'date') THEN
        v_day := c360._day(p_value, p_order);
    END IF;

    -- What stands for no value is told last, for few values do.
    RETURN CASE p_form
        WHEN 'email' THEN c360.normalise_email(v_text) IS NOT NULL
        WHEN 'phone' THEN c360.normalise_phone(v_text, p_country) IS NOT NULL
        WHEN 'id' THEN c360.normalise_id(v_text) IS NOT NULL
        WHEN 'document' THEN c360.normalise_document(v_text) IS NOT NULL
        WHEN 'country' THEN coalesce(c360.normalise_country(v_text) ~ '^[A-Z]{2}$', false)
        WHEN 'gender' THEN c360.normalise_gender(v_text) IS NOT NULL
        WHEN 'birthday' THEN coalesce(
            v_day COLLATE "C" BETWEEN to_char(p_on - 43830, 'YYYY-MM-DD') AND to_char(p_on + 1, 'YYYY-MM-DD') AND NOT c360._is_placeholder_day(v_day),
            false
        )
        WHEN 'date' THEN v_day IS NOT NULL
        WHEN 'boolean' THEN pg_input_is_valid(btrim(v_text), 'boolean')
        WHEN 'integer' THEN c360._typed_value(p_value, 'integer') IS NOT NULL
        WHEN 'bigint' THEN c360._typed_value(p_value, 'bigint') IS NOT NULL
        WHEN 'timestamptz' THEN c360._point_in_time(p_value, p_order) IS NOT NULL
        WHEN 'numeric' THEN c360._typed_value(p_value, 'numeric') IS NOT NULL
        WHEN 'double precision' THEN c360._typed_value(p_value, 'double precision') IS NOT NULL
        ELSE true
    END OR c360.present_text(v_text) IS NULL;
END;
$$;

COMMENT ON FUNCTION c360._import_holds(text, jsonb, text, text, date) IS
    'Whether a golden record will take a value.';
