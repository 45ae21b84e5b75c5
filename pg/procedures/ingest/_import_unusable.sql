-- SQL text that names an attribute or identifier type where a golden record will not take the value of a field, and is NULL where it will.
-- What most systems send is told by its look, without the cost of a call. $4 of the query is when the import began. Pure.

CREATE OR REPLACE FUNCTION c360._import_unusable(
    p_name    text,
    p_form    text,
    p_field   text,
    p_order   text,
    p_country text
)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT format(
        'CASE WHEN %1$s IS NULL%2$s THEN NULL WHEN NOT c360._import_holds(%3$L, %1$s, %4$L, %5$s, ($4 AT TIME ZONE ''UTC'')::date) THEN %6$L END',
        p_field,
        format(
            CASE p_form
                WHEN 'email' THEN ' OR c360._is_plain_email(lower(%1$s #>> ''{}''))'
                WHEN 'phone' THEN ' OR c360._is_plain_phone(%1$s #>> ''{}'')'
                WHEN 'id' THEN ' OR c360._is_plain_id(%1$s #>> ''{}'')'
                WHEN 'country' THEN ' OR %1$s #>> ''{}'' ~ ''^(?!UK|EL)[A-Z][A-Z]$'''
                WHEN 'gender' THEN ' OR %1$s #>> ''{}'' IN (''male'', ''female'', ''Male'', ''Female'', ''m'', ''f'', ''M'', ''F'')'
                WHEN 'birthday' THEN ' OR (%1$s #>> ''{}'' LIKE ''____-__-__'' AND c360._is_day(%1$s #>> ''{}'')'
                    ' AND (%1$s #>> ''{}'') COLLATE "C" BETWEEN ''1930-01-01'' AND to_char($4 AT TIME ZONE ''UTC'', ''YYYY-MM-DD'')'
                    ' AND NOT c360._is_placeholder_day(%1$s #>> ''{}''))'
                WHEN 'date' THEN ' OR (%1$s #>> ''{}'' LIKE ''____-__-__'' AND c360._is_day(%1$s #>> ''{}'') AND %1$s #>> ''{}'' BETWEEN ''1000-01-01'' AND ''2200-12-31'')'
                ELSE ''
            END,
            p_field
        ),
        p_form,
        p_order,
        -- Only phone numbers are read by it, and to find it out costs more than most of what is asked.
        CASE p_form WHEN 'phone' THEN p_country ELSE 'NULL' END,
        p_name
    );
$$;

COMMENT ON FUNCTION c360._import_unusable(text, text, text, text, text) IS
    'SQL that tells where a golden record will not take the value of a field.';
