"""What the worker does."""

# The worker looks for tasks here.
from cases.tasks import jobs, mail

__all__ = ["jobs", "mail"]
