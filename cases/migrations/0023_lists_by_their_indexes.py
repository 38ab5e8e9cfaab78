from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0022_own_parts"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="assessment",
            name="waiting_reviews",
        ),
        migrations.AddIndex(
            model_name="assessment",
            index=models.Index(
                condition=models.Q(
                    ("review_state", "pending"), ("review_state", "referred"), _connector="OR"
                ),
                fields=["submitted_at", "id", "case"],
                name="reviews_that_wait",
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(fields=["measure", "id"], name="last_steps_with_a_measure"),
        ),
    ]
