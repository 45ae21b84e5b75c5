-- Why: what rules of activation decided is kept as long as a tenant says.
-- Lock: one row; milliseconds.

INSERT INTO c360.retention_kinds (kind, description, default_keep, position)
VALUES ('activations', 'What rules of activation decided, by when they did; what a cap or once_per still counts always stays.', NULL, 37);
