"""Columns under the names that the product uses for them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_handing_over")]

    operations = [
        migrations.RenameField("draft", "asked", "pending_invariants"),
        migrations.AlterField(
            "draft",
            "pending_invariants",
            models.JSONField(default=dict, verbose_name="pending changes of invariants"),
        ),
        migrations.RenameField("jobpart", "asked_at", "queued_at"),
        migrations.AlterField(
            "jobpart",
            "queued_at",
            models.DateTimeField(auto_now_add=True, verbose_name="queued"),
        ),
        migrations.AlterField(
            "answer",
            "effective_on",
            models.DateField(blank=True, null=True, verbose_name="since"),
        ),
    ]
