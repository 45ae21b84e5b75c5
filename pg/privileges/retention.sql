-- Who may see and set how long data are kept, and remove what is past.

CALL c360._grant('EXECUTE ON ROUTINE c360.retention(text)', 'c360_reader');

CALL c360._grant('EXECUTE ON ROUTINE
    c360.set_retention(text, text, interval),
    c360.apply_retention(text, text, timestamptz, boolean, integer)', 'c360_admin');

CALL c360._grant('EXECUTE ON ROUTINE
    c360.apply_retention(text, text, timestamptz, boolean, integer)', 'c360_worker');
