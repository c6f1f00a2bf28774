"""What was asked and what it is about: language, intent, product, category."""
