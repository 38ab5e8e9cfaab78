"""Forms: what people give, checked where it is given."""
