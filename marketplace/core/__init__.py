"""The kernel: parts that every domain stands on, without any business rule."""
