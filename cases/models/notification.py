"""Notifications: one for each person and event, in the product and, if people wish, by mail."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.event import Event


class NotificationKind(models.TextChoices):
    SUBMITTED = "submitted", _("An assessment is submitted")
    ASSIGNED = "assigned", _("You are asked to review")
    DECIDED = "decided", _("A decision on an assessment")
    MENTIONED = "mentioned", _("Someone mentions you")
    PROPOSED = "proposed", _("A re-assessment is proposed")
    HANDED_OVER = "handed_over", _("Work is handed over or comes back to you")
    ACCESS_CHANGED = "access_changed", _("A change in who sees a case")
    CLOSED = "closed", _("A case is closed or reopened")
    REPLIED = "replied", _("A reply in a thread that you take part in")
    FACTOR_NEEDED = "factor_needed", _("A second factor is needed")


class MailTime(models.TextChoices):
    NOW = "now", _("At once")
    DAILY = "daily", _("Once a day, together")
    NEVER = "never", _("Not by mail")


class Notification(models.Model):
    """A notice to a person about an event. Written in the event's transaction."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="notifications")
    kind = models.CharField(_("kind"), max_length=20, choices=NotificationKind.choices)
    # When the person wants mail about it, as chosen at the time.
    mail = models.CharField(
        _("by mail"), max_length=10, choices=MailTime.choices, default=MailTime.NOW
    )
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    # Set before the message is sent, so that a worker that is stopped never sends it twice.
    mailed_at = models.DateTimeField(_("mailed"), null=True, blank=True, db_index=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "event"], name="told_once_of_an_event")
        ]
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")

    def __str__(self) -> str:
        return str(self.get_kind_display())


class MailPreference(models.Model):
    """When a person gets mail about one kind of notification. Without a row, immediately."""

    When = MailTime

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_preferences"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=NotificationKind.choices)
    when = models.CharField(_("when"), max_length=10, choices=When.choices, default=When.NOW)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"], name="one_mail_preference_for_a_kind"
            )
        ]
        verbose_name = _("mail preference")
        verbose_name_plural = _("mail preferences")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_when_display()}"
