"""Backing up and restoring the product: database and files in one archive."""
