"""How statements get in: one module a format, one ledger a file."""
