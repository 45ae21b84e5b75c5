-- Why: AI agents get keys of their own, and it is kept who was told what of whom.
-- Lock: ACCESS EXCLUSIVE on api_keys and retention_policies, which have few rows; milliseconds.

ALTER TABLE c360.api_keys DROP CONSTRAINT api_keys_kind_check;
ALTER TABLE c360.api_keys ADD CONSTRAINT api_keys_kind_check CHECK (kind IN ('write', 'secret', 'agent'));
COMMENT ON COLUMN c360.api_keys.kind IS 'write: safe in a browser, ingest only. secret: may also read profiles. agent: asks for the context of a person and tells outcomes, nothing else.';

INSERT INTO c360.retention_kinds (kind, description, default_keep, position)
VALUES ('agent_calls', 'Who asked for the context of whom on behalf of an agent, by when that was.', interval '365 days', 75);
ALTER TABLE c360.retention_policies DROP CONSTRAINT retention_policies_audit_check;
ALTER TABLE c360.retention_policies ADD CONSTRAINT retention_policies_audit_check
    CHECK (kind NOT IN ('audit', 'agent_calls') OR keep >= interval '90 days');
COMMENT ON COLUMN c360.retention_policies.keep IS 'Whole days, 1 to 36500, so that nobody has to ask how long a month is; at least 90 for the audit log and calls of agents, so that nobody can cover a trace within days.';

CREATE TYPE c360.agent_question AS (
    identifier_type  text,
    value            text,
    purpose          text,
    channel          text,
    events           integer
);
COMMENT ON TYPE c360.agent_question IS 'Whom an agent asks about, what for, over which channel it would talk, and how many events it wants to know.';
COMMENT ON COLUMN c360.agent_question.channel IS 'NULL: any.';

CREATE TYPE c360.agent_contact AS (
    rule        text,
    title       text,
    channel     text,
    definition  jsonb,
    not_before  timestamptz,
    expires_at  timestamptz,
    resumes_at  timestamptz,
    reasons     text[],
    document    jsonb
);
COMMENT ON TYPE c360.agent_contact IS 'A rule of activation for the purpose an agent asks about, and whether it would contact the person.';
COMMENT ON COLUMN c360.agent_contact.not_before IS 'When it would: now, when its wait is over, or when the quiet hours end.';
COMMENT ON COLUMN c360.agent_contact.resumes_at IS 'When the quiet hours end that it is now; NULL when it is not in them.';
COMMENT ON COLUMN c360.agent_contact.reasons IS 'Why it would not.';

-- Says more, and judges more than reading, since there are three kinds of keys.
DROP FUNCTION IF EXISTS c360._authenticate_key(bytea, text);
DROP FUNCTION IF EXISTS c360._check_key_may_read(text);
DROP FUNCTION IF EXISTS c360._openapi(text);
