"""What is known, and where it is kept: entities, statements, the vocabulary and the stores."""
