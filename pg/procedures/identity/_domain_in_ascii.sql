-- A domain name with letters of other scripts as computers write it, each label in Punycode (RFC 3492): müller.de is
-- xn--mller-kva.de. Takes it in lower case and NFC. NULL where a label is longer than a name may be. Raises nothing.

CREATE OR REPLACE FUNCTION c360._domain_in_ascii(p_domain text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_digits constant text := 'abcdefghijklmnopqrstuvwxyz0123456789';
    v_labels          text[] := string_to_array(p_domain, '.');
    v_codes           integer[];
    v_basic           text;
    v_done            integer;
    v_total           integer;
    v_code            integer;
    v_next            integer;
    v_delta           integer;
    v_bias            integer;
    v_rest            integer;
    v_step            integer;
    v_least           integer;
BEGIN
    FOR l IN 1 .. cardinality(v_labels) LOOP
        CONTINUE WHEN octet_length(v_labels[l]) = length(v_labels[l]);
        v_codes := ARRAY(
            SELECT ascii(letter.one) FROM regexp_split_to_table(v_labels[l], '') WITH ORDINALITY AS letter (one, place) ORDER BY letter.place
        );
        v_total := cardinality(v_codes);
        IF v_total > 63 THEN
            RETURN NULL;
        END IF;
        v_basic := regexp_replace(v_labels[l], '[^\x01-\x7f]', '', 'g');
        v_done := length(v_basic);
        v_basic := v_basic || CASE WHEN v_done > 0 THEN '-' ELSE '' END;
        v_code := 128;
        v_delta := 0;
        v_bias := 72;
        v_least := v_done;

        WHILE v_done < v_total LOOP
            SELECT min(one.code) INTO v_next FROM unnest(v_codes) AS one (code) WHERE one.code >= v_code;
            v_delta := v_delta + (v_next - v_code) * (v_done + 1);
            v_code := v_next;
            FOR i IN 1 .. v_total LOOP
                IF v_codes[i] < v_code THEN
                    v_delta := v_delta + 1;
                ELSIF v_codes[i] = v_code THEN
                    v_rest := v_delta;
                    v_step := 36;
                    LOOP
                        v_next := least(greatest(v_step - v_bias, 1), 26);
                        EXIT WHEN v_rest < v_next;
                        v_basic := v_basic || substr(v_digits, v_next + (v_rest - v_next) % (36 - v_next) + 1, 1);
                        v_rest := (v_rest - v_next) / (36 - v_next);
                        v_step := v_step + 36;
                    END LOOP;
                    v_basic := v_basic || substr(v_digits, v_rest + 1, 1);

                    -- How the next number is written depends on how large this one was.
                    v_delta := CASE WHEN v_done = v_least THEN v_delta / 700 ELSE v_delta / 2 END;
                    v_done := v_done + 1;
                    v_delta := v_delta + v_delta / v_done;
                    v_step := 0;
                    WHILE v_delta > 455 LOOP
                        v_delta := v_delta / 35;
                        v_step := v_step + 36;
                    END LOOP;
                    v_bias := v_step + 36 * v_delta / (v_delta + 38);
                    v_delta := 0;
                END IF;
            END LOOP;
            v_delta := v_delta + 1;
            v_code := v_code + 1;
        END LOOP;
        v_labels[l] := 'xn--' || v_basic;
    END LOOP;
    RETURN array_to_string(v_labels, '.');
END;
$$;

COMMENT ON FUNCTION c360._domain_in_ascii(text) IS
    'A domain name in ASCII, its labels in Punycode.';
