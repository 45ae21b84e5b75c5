-- Keeps the refused rows of a chunk of an import, with the reason. Raises nothing.

CREATE OR REPLACE FUNCTION c360._keep_import_rejects(
    p_import_id  bigint,
    p_first_row  bigint,
    p_states     text[],
    p_rows       jsonb[],
    p_lines      text[]
)
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO cdp_import_rejects (import_id, row_number, code, reason, content)
    SELECT
        p_import_id,
        p_first_row + item.place - 1,
        item.state,
        c360._import_reason(item.state),
        coalesce(item.line, item.content::text, '')
    FROM unnest(p_states, p_rows, p_lines) WITH ORDINALITY AS item (state, content, line, place)
    WHERE item.state LIKE 'U%'
    ORDER BY item.place;
END;
$$;

COMMENT ON FUNCTION c360._keep_import_rejects(bigint, bigint, text[], jsonb[], text[]) IS
    'Keeps what an import refused.';
