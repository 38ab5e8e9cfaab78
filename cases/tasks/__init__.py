"""What the worker does."""

# The worker looks for tasks here.
from cases.tasks import access, jobs, mail, record, report_jobs

__all__ = ["access", "jobs", "mail", "record", "report_jobs"]
