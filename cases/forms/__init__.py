"""Forms: what people enter, and its validation."""
