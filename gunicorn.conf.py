"""How gunicorn serves and logs. Threads, so that a slow client holds one of them and no process."""

import os

from rtop_assist.logs import logging_config

logconfig_dict = logging_config(os.environ.get("LOG_LEVEL", "INFO"))
# The product logs each request itself.
accesslog = "/dev/null"
worker_class = "gthread"
workers = 3
threads = 8
timeout = 60
# It would write a socket into a file system that can only be read.
control_socket_disable = True
