"""The command line `c360`: parses, calls the package c360, prints. Holds no SQL and no rules of its own."""
