CREATE OR REPLACE VIEW tenant_plain.cdp_consent_state AS
SELECT
    judged.master_profile_id,
    judged.purpose,
    CASE WHEN bool_or(judged.is_in_force) THEN 'denied' ELSE 'granted' END AS state,
    CASE
        WHEN bool_or(judged.is_in_force) THEN max(judged.denied_at) FILTER (WHERE judged.is_in_force)
        ELSE max(judged.granted_at)
    END AS since
FROM (
    SELECT
        subject.master_profile_id,
        subject.purpose,
        subject.granted_at,
        subject.denied_at,
        subject.denied_at IS NOT NULL
            AND coalesce(
                subject.denied_at >= greatest(
                    subject.granted_at,
                    max(subject.granted_at) FILTER (WHERE subject.subject = '00000000-0000-0000-0000-000000000000')
                        OVER (PARTITION BY subject.master_profile_id, subject.purpose)
                ),
                true
            ) AS is_in_force
    FROM (
        SELECT
            link.master_profile_id,
            mark.purpose,
            mark.subject,
            max(mark.granted_at) AS granted_at,
            max(mark.denied_at) AS denied_at
        FROM tenant_plain.cdp_consent_marks AS mark
        JOIN tenant_plain.cdp_profile_links AS link ON link.raw_profile_id = mark.raw_profile_id
        GROUP BY
            link.master_profile_id,
            mark.purpose,
            mark.subject
    ) AS subject
) AS judged
GROUP BY
    judged.master_profile_id,
    judged.purpose;

COMMENT ON VIEW tenant_plain.cdp_consent_state IS
    'What golden records said to purposes, as it holds now: a no stays until the record that said it says yes. Who said nothing has no row; consent_state() knows the defaults.';
COMMENT ON COLUMN tenant_plain.cdp_consent_state.state IS 'granted or denied.';
COMMENT ON COLUMN tenant_plain.cdp_consent_state.since IS 'When the statement that decides was made last.';
