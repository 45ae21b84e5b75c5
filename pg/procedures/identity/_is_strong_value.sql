-- Whether an identifier value is enough alone to say who somebody is: its type is strong, and it is no mailbox that several people
-- read. Such a mailbox ties as a weak identifier does, within one name once several persons have it. Raises nothing.
-- In SQL and not STRICT, so that it becomes part of the expression that calls it.

CREATE OR REPLACE FUNCTION c360._is_strong_value(
    p_type_is_strong boolean,
    p_normaliser     text,
    p_value          text
)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT p_type_is_strong AND NOT (p_normaliser = 'email' AND c360._is_role_mailbox(p_value))
$$;

COMMENT ON FUNCTION c360._is_strong_value(boolean, text, text) IS
    'Whether an identifier value of a type ties observations alone.';
