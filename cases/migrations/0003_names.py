"""Tables and columns under the names that the product uses for them."""

import django.db.models.deletion
from django.db import migrations, models


def accept(apps, schema_editor):
    """What was called taken is called accepted."""
    proposals = apps.get_model("cases", "ReassessmentProposal").objects
    proposals.filter(state="taken").update(state="accepted")


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_unplaced_answers"),
    ]

    operations = [
        migrations.RenameModel("Chain", "EventChain"),
        migrations.RenameModel("Decision", "MeasureDecision"),
        migrations.RenameModel("Verdict", "ReviewDecision"),
        migrations.RenameModel("Ask", "ActorRequest"),
        migrations.RenameModel("Proposal", "ReassessmentProposal"),
        migrations.RenameField("assessment", "review", "review_state"),
        migrations.RenameField("reassessmentproposal", "word", "reason"),
        migrations.RunPython(accept, migrations.RunPython.noop, elidable=True),
        migrations.AlterModelOptions(
            name="actorrequest",
            options={
                "ordering": ["urgency", "-decision"],
                "verbose_name": "request to an actor",
                "verbose_name_plural": "requests to actors",
            },
        ),
        migrations.AlterModelOptions(
            name="measuredecision",
            options={
                "ordering": ["pk"],
                "verbose_name": "decision on a measure",
                "verbose_name_plural": "decisions on measures",
            },
        ),
        migrations.AlterModelOptions(
            name="reviewdecision",
            options={
                "ordering": ["pk"],
                "verbose_name": "decision on the review",
                "verbose_name_plural": "decisions on reviews",
            },
        ),
        migrations.AlterField(
            model_name="actorrequest",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="requests",
                to="cases.measuredecision",
            ),
        ),
        migrations.AlterField(
            model_name="measuredecision",
            name="assessment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="measure_decisions",
                to="cases.assessment",
            ),
        ),
        migrations.AlterField(
            model_name="reassessmentproposal",
            name="state",
            field=models.CharField(
                choices=[("open", "Open"), ("accepted", "Accepted"), ("declined", "Declined")],
                default="open",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="reviewdecision",
            name="assessment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="review_decisions",
                to="cases.assessment",
            ),
        ),
        migrations.AlterField(
            model_name="reviewdecision",
            name="kind",
            field=models.CharField(
                choices=[
                    ("sign_off", "Signed off"),
                    ("return", "Returned"),
                    ("refer", "Referred up"),
                ],
                max_length=10,
                verbose_name="decision",
            ),
        ),
    ]
