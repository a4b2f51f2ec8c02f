"""What can be asked: one module a question, with one frozen question type and one answer type."""
