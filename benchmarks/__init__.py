"""How fast the answers are, beside other programs that answer the same questions. ``make bench`` runs it."""
