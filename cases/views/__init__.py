"""Pages. A view obtains its object through the permission check and calls one workflow or one
query.
"""
