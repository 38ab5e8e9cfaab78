"""What the worker does."""

# The worker looks for tasks here.
from cases.tasks import jobs, mail, record, report_jobs

__all__ = ["jobs", "mail", "record", "report_jobs"]
