"""What is asked and said: people, brands, questions, conversations, ratings and the shopper's door."""
