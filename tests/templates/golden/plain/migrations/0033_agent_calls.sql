-- Why: every call for the context of a person is kept, without what was told. Lock: a new table only; milliseconds.

CREATE TABLE tenant_plain.cdp_agent_calls (
    agent_call_id      bigint      GENERATED ALWAYS AS IDENTITY,
    called_at          timestamptz NOT NULL DEFAULT now(),
    caller             text        NOT NULL,
    via                text        NOT NULL,
    master_profile_id  uuid        NOT NULL,
    purpose            text        NOT NULL,
    channel            text,
    is_allowed         boolean     NOT NULL,
    given              text[]      NOT NULL,
    CONSTRAINT cdp_agent_calls_pkey PRIMARY KEY (agent_call_id),
    CONSTRAINT cdp_agent_calls_via_check CHECK (via IN ('key', 'sql'))
);
CREATE INDEX cdp_agent_calls_called_at_idx ON tenant_plain.cdp_agent_calls (called_at);
CREATE INDEX cdp_agent_calls_master_profile_id_idx ON tenant_plain.cdp_agent_calls (master_profile_id, called_at);
COMMENT ON TABLE tenant_plain.cdp_agent_calls IS 'Who asked for the context of which golden record and what for; which kinds of data were given, never their values. By id, so without a foreign key. Not for readers: agent_calls() shows it to administrators.';
COMMENT ON COLUMN tenant_plain.cdp_agent_calls.caller IS 'Name of the key, or the role that called.';
COMMENT ON COLUMN tenant_plain.cdp_agent_calls.is_allowed IS 'Whether the person allowed the purpose then.';
COMMENT ON COLUMN tenant_plain.cdp_agent_calls.given IS 'Members of the answer that said something, such as profile, scores, segments.';
