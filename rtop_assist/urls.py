"""The URLs of the product, the accounts and the health check."""

from django.urls import include, path

from cases.views.errors import not_here
from cases.views.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    # Addresses are given by site admins alone.
    path("accounts/email/", not_here, name="not_here"),
    path("accounts/confirm-email/", not_here, name="not_here"),
    path("accounts/confirm-email/<str:key>/", not_here, name="not_here"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("accounts/second-factor/", include("allauth.mfa.urls")),
    path("", include("cases.urls")),
]

handler400 = "cases.views.errors.bad_request"
handler403 = "cases.views.errors.forbidden"
handler404 = "cases.views.errors.not_found"
handler500 = "cases.views.errors.failure"
