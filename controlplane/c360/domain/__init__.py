"""Values and errors shared by every layer. Imports nothing of ours and touches no network, clock or database."""
