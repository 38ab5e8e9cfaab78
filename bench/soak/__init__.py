"""The product under load while its services fail, one after the other."""
