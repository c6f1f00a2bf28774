"""The demonstration: three brands, forty experts and three months of past, made by calling the services."""
