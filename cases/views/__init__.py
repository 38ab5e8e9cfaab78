"""Pages. A view gets its object by the permission check and calls one workflow or one query."""
