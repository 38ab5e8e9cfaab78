"""The catalogue for programs: the same workflows as its pages, as JSON."""
