"""The conversation: segments, numbered events, delivery that never loses a message."""
