-- What the daemons of the relay may call. People manage subscriptions through the tenant roles.

CALL c360._grant('EXECUTE ON FUNCTION c360.await_bell(text, boolean)', 'c360_relay');
CALL c360._grant('EXECUTE ON FUNCTION c360.await_bell(text, boolean)', 'c360_worker');
