-- A day whose month is a word, or stands behind one (tháng 12), as 1990-12-05, whether there is such a day or not; NULL for every
-- other text. The text is one of c360._plain_time(); a day of the week before or behind it makes no difference, nor does the word
-- for the year behind it. p_order is for numbers beside such words. Raises nothing.

CREATE OR REPLACE FUNCTION c360._day_in_words(
    p_text  text,
    p_order text
)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
AS $$
DECLARE
    c_week  CONSTANT text :=
        '((mon|tue|wed|thu|fri|sat|sun)[a-z]*|(mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend|mo|di|mi|do|fr|sa|so'
        '|(lun|mar|mercre|jeu|vendre|same)di|dimanche|lunes|martes|miercoles|jueves|viernes|sabado|domingo'
        '|(lune|marte|mercole|giove|vener)di|sabato|domenica|(segunda|terca|quarta|quinta|sexta)(-feira)?'
        '|(maan|dins|woens|donder|vrij|zater|zon)dag|poniedzialek|wtorek|sroda|czwartek|piatek|sobota|niedziela'
        '|pondeli|utery|streda|ctvrtek|patek|nedele|pazartesi|sali|carsamba|persembe|cuma|cumartesi|pazar'
        '|senin|selasa|rabu|kamis|jumat|sabtu|minggu|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье'
        '|понеділок|вівторок|середа|четвер|субота|неділя|пн|вт|ср|чт|пт|сб|вс|нд|thu (hai|ba|tu|nam|sau|bay)|chu nhat)';
    v_text  text := p_text;
    v_part  text[];
    v_month integer;
BEGIN
    v_text := regexp_replace(v_text, '([0-9]{4}) ?(г|год|года|р|рік|року|r|rok|roku)[.]?$', '\1');
    IF v_text ~ '^[a-zа-яі]' THEN
        v_text := regexp_replace(v_text, '^' || c_week || '([.]?,? ?(?=[0-9])|[.]?,? ?(?<=[., ])(?=[a-zа-яі]))', '');
        v_text := regexp_replace(v_text, '^ngay ', '');
    ELSIF v_text ~ '[0-9],? [a-zа-яі]+$' THEN
        v_text := regexp_replace(v_text, ',? ' || c_week || '$', '');
    END IF;

    -- With the full stop of Croatian these are a month earlier than in Polish.
    IF v_text ~ '^[0-9]{1,2}[.] ?(lip|lis|listopada?)([^a-z]|$)' THEN
        RETURN NULL;
    END IF;

    IF v_text ~ ' th(ang|g)?[.]? ?[a-z0-9]' THEN
        -- "nam" is both the year and five.
        v_part := regexp_match(v_text, '^([0-9]{1,2}),? th(?:ang|g)?[.]? ?([0-9]{1,2}|[a-z]+(?: mot| hai)?)(?:,? nam|,)? ([0-9]{4})$');
        v_part := ARRAY[v_part[3], v_part[2], v_part[1]];
        v_month := CASE
            WHEN v_part[2] ~ '^[0-9]' THEN v_part[2]::integer
            ELSE array_position('{mot,hai,ba,tu,nam,sau,bay,tam,chin,muoi,muoi mot,muoi hai}', v_part[2])
        END;
    ELSIF v_text ~ '[a-zа-яі]' THEN
        v_text := regexp_replace(v_text, '^([0-9]{1,2})(?:st|nd|rd|th|er|o)?[ .,/-]*(?:de |of )?([a-zа-яі]+)[.]?[ .,/-]*(?:de |del )?([0-9]{4})$', '\3 \2 \1');
        v_text := regexp_replace(v_text, '^([a-zа-яі]+)[ ./-]*([0-9]{1,2})(?:st|nd|rd|th)?[ .,/-]+([0-9]{4})$', '\3 \1 \2');
        v_part := regexp_match(v_text, '^([0-9]{4})[ .,/-]*([a-zа-яі]+)[ .,/-]*([0-9]{1,2})$');
        v_month := c360._month_number(v_part[2]);
    ELSE
        -- Only the day of the week was a word.
        RETURN c360._day_in_numbers(v_text, p_order);
    END IF;

    RETURN v_part[1] || '-' || lpad(v_month::text, 2, '0') || '-' || lpad(v_part[3], 2, '0');
END;
$$;

COMMENT ON FUNCTION c360._day_in_words(text, text) IS
    'A day whose month is written as a word, as ISO text.';
