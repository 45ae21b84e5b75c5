-- Reads a day as people and systems write it, with or without a time of day and a zone, and gives ISO text: 1990-12-05,
-- 1990-12-05T14:30:00 or 1990-12-05T14:30:00+07:00. NULL for what is no day of the years 1000 to 2200, and for what could be
-- read in several ways: years of two digits, six or seven digits, zones by name. It reads
--   1990-12-05, 1990/12/05, 19901205, 19901205143000, 1990年12月5日;
--   05/12/1990, 5-12-1990, 05 12 1990: p_order says what comes first, the day (DMY) or the month (MDY); where only one of
--     both is possible it is that one, and without an order (NULL) only that. 5.12.1990 begins with the day: nobody writes it otherwise;
--   5 Dec 1990, December 5th, 1990, 1990-Dec-05, Mittwoch, 5. Dezember 1990, 5 de diciembre de 1990, ngày 5 tháng 12 năm 1990;
--   the same in Russian, Polish, Ukrainian, Czech, Turkish, Indonesian and others (c360._month_number()), 5 декабря 1990 г.;
--   1990-12-05+07:00, /Date(660355200000+0700)/;
--   before or after it the time of day: 14:30, 2:30 PM, 14h30, 14:30:00.123Z, 14:30 UTC+7, 14:30:00 GMT+0700 (Indochina Time).
-- The same in every locale. Raises nothing.

CREATE OR REPLACE FUNCTION c360._iso_time(
    p_value text,
    p_order text
)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
AS $$
DECLARE
    c_time  CONSTANT text :=
        '(?:^|,? (?:(?:at|um|a|a las|luc) )?|t)([0-9]{1,2})[:h]([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?(?: uhr)?'
        '(?: ?([ap])\.?m\.?)?(?: ?(z|(?:utc|gmt)?(?: ?[-+][0-9]{1,2}(?::?[0-9]{2})?)?)(?: utc)?(?: ?\([a-z +:0-9-]+\)|\[[a-z_/+-]+\])?)(?=$|[ ,])';
    v_text  text := c360.present_text(p_value);
    v_time  text[];
    v_zone  text := '';
    v_day   text;
    v_iso   text;
BEGIN
    IF v_text IS NULL OR length(v_text) > 100 THEN
        RETURN NULL;
    END IF;

    -- The common spellings come first: a pattern that takes a text apart costs ten times as much as one that looks at it.
    IF v_text ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?(Z|[-+][0-9]{2}:?[0-9]{2})?$' THEN
        v_day := left(v_text, 10);
        v_iso := v_day || 'T' || substr(v_text, 12);
    ELSIF v_text ~ '^[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4},? [0-9]{1,2}:[0-9]{2}(:[0-9]{2})?( [AaPp][Mm])?$' THEN
        v_day := c360._day_in_numbers(rtrim(split_part(v_text, ' ', 1), ','), p_order);
        v_text := substr(v_text, strpos(v_text, ' ') + 1);
        IF NOT pg_input_is_valid(v_text, 'time') THEN
            RETURN NULL;
        END IF;
        v_iso := v_day || 'T' || v_text::time::text;
    ELSIF v_text ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2} ?([+][0-9]{2}:?[0-9]{2}|-[0-9]{2}:[0-9]{2})$' THEN
        v_day := left(v_text, 10);
        v_iso := v_day || 'T00:00:00' || ltrim(substr(v_text, 11));
    ELSIF v_text ~ '^.?/Date' THEN
        v_iso := c360._dotnet_time(v_text);
        v_day := left(v_iso, 10);
    ELSE
        IF v_text ~ '[^0-9/.-]|^[0-9]{14}$' THEN
            v_text := c360._plain_time(v_text);
            IF v_text ~ '[0-9][:h][0-9]' THEN
                v_time := regexp_match(v_text, c_time);
                v_text := btrim(regexp_replace(v_text, c_time, ''), ' ,');
                v_zone := replace(replace(replace(v_time[6], 'utc', 'z'), 'gmt', 'z'), ' ', '');
            ELSIF v_text ~ '[0-9] ?(z|utc|gmt)$' THEN
                v_text := rtrim(v_text, ' zutcgm');
                v_time := '{0,00,NULL,NULL,NULL,z}';
                v_zone := 'z';
            END IF;
        END IF;
        v_day := CASE WHEN v_text ~ '[a-zа-яі]' THEN c360._day_in_words(v_text, p_order) ELSE c360._day_in_numbers(v_text, p_order) END;
        IF v_zone ~ '[-+]' THEN
            v_zone := regexp_replace(ltrim(v_zone, 'z'), '^([-+])([0-9])(?=$|:|[0-9]{2}$)', '\10\2');
        END IF;
        v_iso := v_day || 'T' || c360._clock(v_time) || upper(v_zone);
    END IF;

    IF v_day IS NULL OR v_day COLLATE "C" NOT BETWEEN '1000-01-01' AND '2200-12-31' OR NOT pg_input_is_valid(v_day, 'date') THEN
        RETURN NULL;
    ELSIF v_iso IS NULL AND v_time IS NULL THEN
        RETURN v_day;
    END IF;

    RETURN CASE WHEN pg_input_is_valid(v_iso, 'timestamptz') THEN v_iso END;
END;
$$;

COMMENT ON FUNCTION c360._iso_time(text, text) IS
    'A day with or without its time, as ISO text; NULL when the text is none or says it in a way that has several readings.';
