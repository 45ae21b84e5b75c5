-- Makes the number of an identity card, passport or tax payer comparable: c360.normalise_id() in capital letters, without dots,
-- dashes and slashes, which people write or leave out, and without the name of the document before it (CCCD 012345678901, passport:
-- C1234567). The name stays where the number does not look like one of that kind: another kind may have the same digits. Raises nothing.

CREATE OR REPLACE FUNCTION c360.normalise_document(p_value text)
    RETURNS text
    LANGUAGE plpgsql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
DECLARE
    v_number text := nullif(regexp_replace(upper(c360.normalise_id(p_value) COLLATE c360.letters), '[-./]', '', 'g'), '');
BEGIN
    IF v_number ~ '^[^0-9]{3}' THEN
        v_number := coalesce(
            substring(
                v_number FROM '^(?:ID[:#]|(?:CCCD|CMND|CMTND|CMT|CĂNCƯỚC(?:CÔNGDÂN)?|CANCUOC(?:CONGDAN)?|IDCARD|IDENTITYCARD|NATIONALID)'
                    '(?:SỐ|SO|NUMBER|NO|NR)?[:#]?)([0-9]{8,16})$'
            ),
            substring(
                v_number FROM '^(?:PASSPORT|HỘCHIẾU|HOCHIEU|REISEPASS|PASSEPORT|PASAPORTE|PASSAPORTO)'
                    '(?:SỐ|SO|NUMBER|NO|NR)?[:#]?((?!NO|NR|SO)[A-Z]{1,2}[0-9]{6,8})$'
            ),
            v_number
        );
    END IF;
    RETURN v_number;
END;
$$;

COMMENT ON FUNCTION c360.normalise_document(text) IS
    'Comparable form of the number of a document; NULL when it is absent.';
