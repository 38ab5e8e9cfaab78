"""The worker's application: long work and messages are done outside of requests."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rtop_assist.settings")

app = Celery("rtop_assist")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
