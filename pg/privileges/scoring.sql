-- Who may read scores, and who refreshes them.

CALL c360._grant('EXECUTE ON FUNCTION c360.rfm(text, timestamptz), c360.rfm_summary(text, timestamptz)', 'c360_reader');
CALL c360._grant('EXECUTE ON FUNCTION c360.rfm(text, timestamptz), c360.rfm_summary(text, timestamptz)', 'c360_writer');
CALL c360._grant('EXECUTE ON FUNCTION c360.rfm(text, timestamptz), c360.rfm_summary(text, timestamptz)', 'c360_admin');
CALL c360._grant('EXECUTE ON FUNCTION c360.refresh_scores(text, timestamptz)', 'c360_admin');
CALL c360._grant('EXECUTE ON FUNCTION c360.refresh_scores(text, timestamptz)', 'c360_worker');
