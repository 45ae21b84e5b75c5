-- Whether a column that nobody knows is named as if it held an answer about consent: leaving it out may lose an objection, so it is said
-- aloud. Guesses only. Raises nothing.

CREATE OR REPLACE FUNCTION c360._is_consent_name(p_name text)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT c360._bare_name(p_name) ~ (
        'opt(ed)?(in|out)|unsubscrib|subscribed|newsletter|consent|donot(call|e?mail|contact|sms|text)|gdpr|dsgvo|rgpd|permission|accepts?.*marketing|marketing(allowed|accepted)'
        '|abmeld|abgemeldet|abbestell|einwillig|widerspr|werbung|désabon|desabon|désinscri|desinscri|suscrito|cancelósuscripción|darsedebaja'
        '|disiscri|iscritto|inscrito|toestemming|uitgeschreven|afmeld|samtykke|samtycke|zgoda|отпис|соглас'
        '|nhậntin|đồngý|dongy|từchối|tuchoi|hủyđăngký|huydangky|退订|退訂|同意|配信停止|수신동의|수신거부'
    );
$$;

COMMENT ON FUNCTION c360._is_consent_name(text) IS
    'Whether a column is named as if it held an answer about consent.';
