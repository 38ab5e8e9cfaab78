"""How gunicorn logs: as the product does."""

import os

from rtop_assist.logs import logging_config

logconfig_dict = logging_config(os.environ.get("LOG_LEVEL", "INFO"))
