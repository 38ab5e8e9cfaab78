"""The site's administration: people and their roles. Everything else is written through workflows alone."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from cases.models import User

admin.site.register(User, UserAdmin)
