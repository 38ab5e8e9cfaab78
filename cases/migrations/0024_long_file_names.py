"""A file keeps its name whole, however long a system lets it be."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0023_lists_by_their_indexes")]

    operations = [
        migrations.AlterField(
            model_name=name,
            name="name",
            field=models.CharField(max_length=255, verbose_name="name"),
        )
        for name in ("attachment", "stepdocument")
    ]
