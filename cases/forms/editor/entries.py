"""A form for each kind of entry of a rulebook. What a form cannot show is edited as YAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import labels
from cases.forms.editor.conditions import ConditionField, Shape, code_in
from cases.forms.editor.rows import RowsField
from cases.forms.editor.structured import (
    NOTHING,
    Entry,
    LinesField,
    Structured,
    TreeField,
    day,
    either,
    one_of,
    ordered,
    some_of,
    wording,
    yes_no,
)

# Rows ---------------------------------------------------------------------------------------------


class Row(Structured):
    """One row of an entry. It counts once something is in it, whatever it held before."""

    versioned: ClassVar[bool] = False

    def has_changed(self) -> bool:
        for name, field in self.fields.items():
            value = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            if not (value.is_blank if isinstance(value, Shape) else value in (*NOTHING, False)):
                return True
        return False


class OptionRow(Row):
    code = wording(gettext_lazy("Code"))
    label = wording(gettext_lazy("Label"))
    meaning = wording(gettext_lazy("How to tell that it applies"))
    level = forms.TypedChoiceField(
        label=gettext_lazy("Level"),
        choices=[("", "—"), *((str(level), str(level)) for level in range(5))],
        required=False,
        coerce=int,
        empty_value=None,
    )

    def clean_code(self) -> str | int:
        return code_in(self.cleaned_data["code"].strip())


class CautionRow(Row):
    text = wording(gettext_lazy("Caution"), rows=2)
    when = ConditionField(label=gettext_lazy("Only where"), required=False)


class DatedNameRow(Row):
    name = wording(gettext_lazy("Name"))
    short = wording(gettext_lazy("Short"), required=False)


# `from` is a word of the language, so this field is added by name.
DatedNameRow.base_fields |= {"from": day(gettext_lazy("From")), "to": day(gettext_lazy("Until"))}


class CapabilityRow(Row):
    lists: ClassVar[Mapping[str, str]] = {"measure": "measures"}
    measure = one_of(gettext_lazy("Measure"))
    role = one_of(gettext_lazy("Role"), labels.ROLE.items())
    does = wording(gettext_lazy("What it does"), rows=2)
    needs = wording(gettext_lazy("What it needs first"), required=False)
    always = yes_no(gettext_lazy("Always named, whatever rule calls"))


class OnConditionRow(Row):
    when = ConditionField(label=gettext_lazy("Where"))
    condition = wording(gettext_lazy("It is met on the condition that"), rows=2)


class TableRow(Row):
    lists: ClassVar[Mapping[str, str]] = {"questions": "questions"}
    code = wording(gettext_lazy("Code"))
    title = wording(gettext_lazy("Title"))
    hint = wording(gettext_lazy("Hint"), required=False, rows=2)
    questions = some_of(gettext_lazy("Questions"), required=True)


class CarryRow(Row):
    """How an old answer becomes a new one. Its condition is about the edition before, whose
    questions no form of this one knows.
    """

    lists: ClassVar[Mapping[str, str]] = {"to": "questions"}
    to = one_of(gettext_lazy("Becomes an answer to"))
    take = wording(
        gettext_lazy("The answer to this question of the edition before"), required=False
    )
    value = TreeField(
        label=gettext_lazy("Or always this answer"),
        help_text=gettext_lazy("The code of an option; of several [in, brackets]."),
        widget=forms.TextInput(),
        required=False,
    )
    when = TreeField(
        label=gettext_lazy("Where"),
        help_text=gettext_lazy("YAML: a condition over the questions of the edition before."),
        widget=forms.Textarea(attrs={"rows": 2, "class": "code"}),
        required=False,
    )


class PeriodsField(forms.CharField):
    """Periods as `2012-04-01/2013-07-17; 2020-08-18/`."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "; ".join(f"{row['from']}/{row.get('to', '')}" for row in value)
        return value

    def clean(self, value: Any) -> Any:
        found = []
        for part in filter(None, (item.strip() for item in super().clean(value).split(";"))):
            first, _slash, last = (item.strip() for item in part.partition("/"))
            found.append({"from": first, "to": last} if last else {"from": first})
        return found


class MemberRow(Row):
    country = wording(gettext_lazy("Country (ISO 3166-1 alpha-3)"))


MemberRow.base_fields |= {"from": day(gettext_lazy("From")), "to": day(gettext_lazy("Until"))}
MemberRow.base_fields["suspended"] = PeriodsField(
    label=gettext_lazy("Suspended"),
    required=False,
    widget=forms.TextInput(attrs={"placeholder": "2012-04-01/2013-07-17; 2020-08-18/"}),
)
MemberRow.base_fields["precision"] = one_of(
    gettext_lazy("Known"), [("year", gettext_lazy("to the year"))], required=False
)


# Entries ------------------------------------------------------------------------------------------

CODE = gettext_lazy("Letters, digits, dots and underscores. It never changes once it is published.")


def code_field() -> forms.CharField:
    return wording(gettext_lazy("Code"), CODE)


def citation_field() -> forms.MultipleChoiceField:
    field = some_of(gettext_lazy("Passages that it rests on"), required=True)
    field.error_messages["required"] = gettext_lazy(
        "Choose at least one passage: everything here has a source."
    )
    return field


class SourceEntry(Structured):
    nullable: ClassVar[tuple[str, ...]] = ()
    code = code_field()
    title = wording(gettext_lazy("Title"))
    publisher = wording(gettext_lazy("Publisher"))
    year = forms.IntegerField(
        label=gettext_lazy("Year"), required=False, min_value=1000, max_value=2200
    )
    url = wording(gettext_lazy("Address"), required=False)
    basis = one_of(gettext_lazy("How it is known"), labels.SOURCE_BASIS.items(), required=False)


class PassageEntry(Structured):
    lists: ClassVar[Mapping[str, str]] = {"source": "sources"}
    code = code_field()
    source = one_of(gettext_lazy("Source"))
    where = wording(gettext_lazy("Where in it"))
    says = wording(gettext_lazy("What it says, in our words"), rows=3)


class SectionEntry(Structured):
    rows: ClassVar[Mapping[str, type[Structured]]] = {"tables": TableRow}
    code = code_field()
    title = wording(gettext_lazy("Title"))
    intro = wording(gettext_lazy("Introduction"), rows=3)
    tables = RowsField(
        label=gettext_lazy("Questions that are laid out as one table"),
        help_text=gettext_lazy("They follow each other, and have the same options."),
        required=False,
    )


class QuestionEntry(Structured):
    lists: ClassVar[Mapping[str, str]] = {"section": "sections", "citation": "passages"}
    rows: ClassVar[Mapping[str, type[Structured]]] = {"options": OptionRow}
    code = code_field()
    section = one_of(gettext_lazy("Section"))
    kind = one_of(gettext_lazy("Kind"), labels.QUESTION_KIND.items())
    title = wording(
        gettext_lazy("Title"), gettext_lazy("Two to five words, used in sentences and tables.")
    )
    text = wording(gettext_lazy("Question"), rows=2)
    why = wording(gettext_lazy("Why it matters"), rows=2)
    help = wording(gettext_lazy("How to decide"), rows=3)
    options = RowsField(label=gettext_lazy("Answers"))
    show_if = ConditionField(label=gettext_lazy("Asked only where"), required=False)
    default = forms.CharField(
        label=gettext_lazy("What it counts as where it is not asked"),
        required=False,
        help_text=gettext_lazy(
            "An answer's code; for several answers codes with commas between them, or “none”."
        ),
    )
    risk_factors = some_of(
        gettext_lazy("Risk factors"),
        [(code, f"{code} {title}") for code, title in labels.RISK_FACTOR.items()],
    )
    citation = citation_field()

    def spread(self, entry: Entry) -> dict[str, Any]:
        found = super().spread(entry)
        default = entry.get("default")
        if isinstance(default, list):
            found["default"] = ", ".join(default) or "none"
        elif default is not None:
            found["default"] = str(default)
        return found

    def _gathered(self) -> dict[str, Any]:
        found = super()._gathered()
        given = str(found.pop("default", "") or "").strip()
        if given and self.cleaned_data.get("kind") == "multiple":
            codes = (
                []
                if given == "none"
                else [code.strip() for code in given.split(",") if code.strip()]
            )
            before = self.entry.get("default")
            found["default"] = (
                before if isinstance(before, list) and set(before) == set(codes) else codes
            )
        elif given:
            found["default"] = code_in(given)
        found["risk_factors"] = found.get("risk_factors") or []
        return ordered(self.entry, found)


class MeasureEntry(Structured):
    lists: ClassVar[Mapping[str, str]] = {"citation": "passages", "evidence__sources": "sources"}
    rows: ClassVar[Mapping[str, type[Structured]]] = {"cautions": CautionRow}
    nullable: ClassVar[tuple[str, ...]] = ("consent_scope",)
    stated: ClassVar[tuple[str, ...]] = ("needs_mandate", "coercive", "evidence__direct")
    code = code_field()
    form = one_of(gettext_lazy("Form"), labels.FORM.items())
    title = wording(gettext_lazy("Title"))
    horizon = one_of(gettext_lazy("Horizon"), labels.HORIZON.items())
    consent_scope = one_of(gettext_lazy("Consent that it needs"), required=False)
    needs_mandate = yes_no(gettext_lazy("It needs a mandate"))
    coercive = yes_no(gettext_lazy("It is coercive"))
    what = wording(gettext_lazy("What it does"), rows=3)
    how = wording(gettext_lazy("How it is done"), rows=3)
    cautions = RowsField(label=gettext_lazy("Cautions"))
    builds_on__when = ConditionField(
        label=gettext_lazy("There is something to build on where"), required=False
    )
    builds_on__what = wording(gettext_lazy("What it then builds on"), required=False)
    boundary = wording(gettext_lazy("Boundary to Pillar Three"), required=False, rows=2)
    evidence__strength = one_of(
        gettext_lazy("Strength of the evidence"),
        labels.EVIDENCE_STRENGTH.items(),
        required=False,
    )
    evidence__direct = yes_no(
        gettext_lazy("The evidence is direct"),
        gettext_lazy(
            "It is about atrocities against civilians themselves, not about violence in general."
        ),
    )
    evidence__says = wording(gettext_lazy("What the evidence says"), required=False, rows=3)
    evidence__contextual = LinesField(
        label=gettext_lazy("Contexts in which it worked better or worse"),
        required=False,
        help_text=gettext_lazy("One on each line."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    evidence__design = LinesField(
        label=gettext_lazy("What in its design mattered"),
        required=False,
        help_text=gettext_lazy("One on each line."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    evidence__sources = some_of(gettext_lazy("Sources of the evidence"))
    evidence__reviewed_on = day(gettext_lazy("Evidence last reviewed"))
    evidence__review = one_of(
        gettext_lazy("Who reviewed the evidence"), labels.EVIDENCE_REVIEW.items(), required=False
    )
    citation = citation_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("consent_scope", self.scopes(), _("none: it works without consent"))

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        names = [
            name
            for name in self.fields
            if name.startswith("evidence__") and name != "evidence__direct"
        ]
        if any(given.get(name) for name in names):
            needed = ["strength", "says", "sources", "reviewed_on"]
            if given.get("evidence__strength") == "none":
                needed.remove("sources")
            for name in needed:
                if not given.get(f"evidence__{name}") and f"evidence__{name}" not in self.errors:
                    self.add_error(
                        f"evidence__{name}",
                        _("Evidence needs this: fill it in, or empty the other fields."),
                    )
        return given

    def _gathered(self) -> dict[str, Any]:
        found = super()._gathered()
        evidence = found.get("evidence")
        if evidence is not None:
            if not evidence.get("strength"):
                del found["evidence"]
            else:
                found["evidence"] = {"contextual": [], "design": [], "sources": [], **evidence}
                found["evidence"] = ordered(self.entry.get("evidence"), found["evidence"])
        built = found.get("builds_on")
        if built is not None and not any(built.values()):
            found["builds_on"] = None
        if found.get("builds_on") is None and "builds_on" not in self.entry:
            found.pop("builds_on", None)
        return ordered(self.entry, found)


class ActorEntry(Structured):
    lists: ClassVar[Mapping[str, str]] = {"citation": "passages"}
    rows: ClassVar[Mapping[str, type[Structured]]] = {"names": DatedNameRow, "can": CapabilityRow}
    nullable: ClassVar[tuple[str, ...]] = ("needs_first",)
    code = code_field()
    category = one_of(gettext_lazy("Category"), labels.ACTOR_CATEGORY.items())
    names = RowsField(label=gettext_lazy("Names"), help_text=gettext_lazy("The newest first."))
    mandate = wording(gettext_lazy("Mandate"), rows=3)
    can = RowsField(label=gettext_lazy("What it can do"))
    needs_first = wording(gettext_lazy("What it needs before it acts"), required=False, rows=2)
    citation = citation_field()


class CountryEntry(Structured):
    code = wording(gettext_lazy("Code"), gettext_lazy("Three letters, ISO 3166-1."))
    name = wording(gettext_lazy("Name"))
    un = one_of(
        gettext_lazy("In the United Nations"),
        [("member", gettext_lazy("member State")), ("observer", gettext_lazy("observer State"))],
    )
    since = day(gettext_lazy("Since"))


class OrganisationEntry(Structured):
    rows: ClassVar[Mapping[str, type[Structured]]] = {"names": DatedNameRow, "members": MemberRow}
    stated: ClassVar[tuple[str, ...]] = ("security_role",)
    code = code_field()
    names = RowsField(label=gettext_lazy("Names"), help_text=gettext_lazy("The newest first."))
    kind = one_of(
        gettext_lazy("Kind"),
        [
            ("regional", gettext_lazy("regional")),
            ("subregional", gettext_lazy("subregional")),
            ("crossregional", gettext_lazy("across regions")),
        ],
    )
    security_role = yes_no(gettext_lazy("It has a role in peace and security"))
    as_of = day(gettext_lazy("Members as of"), required=True)
    members = RowsField(
        label=gettext_lazy("Members"),
        help_text=gettext_lazy("A country that left and came back has a row for each time."),
    )
    citation = wording(gettext_lazy("Source of the membership"), rows=2)


class RuleEntry(Structured):
    lists: ClassVar[Mapping[str, str]] = {
        "measure": "measures",
        "actors__lead": "actors",
        "actors__support": "actors",
        "actors__authorise": "actors",
        "citation": "passages",
    }
    code = code_field()
    measure = one_of(gettext_lazy("Measure"))
    when = ConditionField(label=gettext_lazy("Calls for it where"))
    priority = one_of(gettext_lazy("Priority"), labels.PRIORITY.items())
    rationale = wording(
        gettext_lazy("Why"),
        gettext_lazy("One sentence. A question's code in braces stands for its answer: {phase}."),
        rows=2,
    )
    actors__lead = some_of(gettext_lazy("Who leads"), required=True)
    actors__support = some_of(gettext_lazy("Who supports"))
    actors__authorise = some_of(gettext_lazy("Who authorises"))
    citation = citation_field()


def selector_fields(prefix: str) -> dict[str, forms.Field]:
    """What chooses measures: all that is given must fit, and what is left empty does not matter."""
    fields: dict[str, forms.Field] = {
        f"{prefix}__measures": some_of(gettext_lazy("For which measures: these")),
        f"{prefix}__form": some_of(gettext_lazy("… of the form"), labels.FORM.items()),
        f"{prefix}__horizon": some_of(gettext_lazy("… with the horizon"), labels.HORIZON.items()),
        f"{prefix}__consent_scope": some_of(gettext_lazy("… that need the consent")),
        f"{prefix}__needs_mandate": either(gettext_lazy("… that need a mandate")),
        f"{prefix}__coercive": either(gettext_lazy("… that are coercive")),
    }
    fields[f"{prefix}__measures"].help_text = gettext_lazy(
        "This and the next five say for which measures it stands: all that is given must fit; left "
        "empty, any does."
    )
    return fields


class _Selecting(Structured):
    """An entry that chooses measures by what they are like."""

    prefix_of_selector: ClassVar[str] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(f"{self.prefix_of_selector}__consent_scope", self.scopes())

    def spread(self, entry: Entry) -> dict[str, Any]:
        found = super().spread(entry)
        for name, value in found.items():
            if isinstance(self.base_fields[name], forms.MultipleChoiceField) and isinstance(
                value, str
            ):
                found[name] = [value]
        return found

    def _gathered(self) -> dict[str, Any]:
        found = super()._gathered()
        before, after = self.entry.get(self.prefix_of_selector), found.get(self.prefix_of_selector)
        if isinstance(before, Mapping) and isinstance(after, dict):
            # One value may stand alone or in a list: as it was written, it stays.
            for key, value in before.items():
                if not isinstance(value, (list, bool)) and after.get(key) == [value]:
                    after[key] = value
        return found


class GateEntry(_Selecting):
    prefix_of_selector: ClassVar[str] = "applies_to"
    lists: ClassVar[Mapping[str, str]] = {
        "citation": "passages",
        "applies_to__measures": "measures",
    }
    rows: ClassVar[Mapping[str, type[Structured]]] = {"on_condition": OnConditionRow}
    code = code_field()
    kind = one_of(gettext_lazy("Kind"), labels.GATE_KIND.items())
    title = wording(gettext_lazy("Title"))
    holds = ConditionField(label=gettext_lazy("It is met where"))
    on_condition = RowsField(label=gettext_lazy("Or met on a condition"), required=False)
    says__holds = wording(gettext_lazy("What it says where it is met"), rows=2)
    says__fails = wording(gettext_lazy("Where it is not met"), rows=2)
    says__unknown = wording(gettext_lazy("Where that is not known"), rows=2)
    opens = wording(gettext_lazy("What would open it"), rows=2)
    citation = citation_field()


class DeferralEntry(_Selecting):
    prefix_of_selector: ClassVar[str] = "applies_to"
    lists: ClassVar[Mapping[str, str]] = {
        "citation": "passages",
        "applies_to__measures": "measures",
    }
    code = code_field()
    title = wording(gettext_lazy("Title"))
    when = ConditionField(label=gettext_lazy("They have to wait where"))
    reason = wording(
        gettext_lazy("Why"),
        gettext_lazy("One sentence. A question's code in braces stands for its answer: {phase}."),
        rows=2,
    )
    look_again = wording(gettext_lazy("When to look again"), rows=2)
    citation = citation_field()


class FlagEntry(Structured):
    lists: ClassVar[Mapping[str, str]] = {"still": "measures", "citation": "passages"}
    code = code_field()
    when = ConditionField(label=gettext_lazy("It stands where"))
    title = wording(gettext_lazy("Title"))
    notice = wording(gettext_lazy("Notice"), rows=3)
    still = some_of(gettext_lazy("Measures that still apply"))
    beyond = LinesField(
        label=gettext_lazy("What belongs to Pillar Three"),
        required=False,
        help_text=gettext_lazy("One on each line."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    citation = citation_field()

    def _gathered(self) -> dict[str, Any]:
        found = super()._gathered()
        return ordered(
            self.entry, {**found, **{name: found.get(name) or [] for name in ("still", "beyond")}}
        )


class InvariantEntry(_Selecting):
    prefix_of_selector: ClassVar[str] = "for_each"
    lists: ClassVar[Mapping[str, str]] = {"citation": "passages", "for_each__measures": "measures"}
    code = code_field()
    says = wording(gettext_lazy("What must hold"), rows=2)
    citation = citation_field()


class RetiredEntry(Structured):
    rows: ClassVar[Mapping[str, type[Structured]]] = {"carry": CarryRow}
    lists: ClassVar[Mapping[str, str]] = {"citation": "passages"}
    code = wording(
        gettext_lazy("Code"),
        gettext_lazy(
            "What it was, and its code in the edition before: question.CODE, option.QUESTION.CODE, "
            "measure.CODE or actor.CODE."
        ),
    )
    how = one_of(gettext_lazy("What became of it"), labels.RETIRED_HOW.items())
    into = LinesField(
        label=gettext_lazy("Codes of this edition that take its place"),
        required=False,
        help_text=gettext_lazy("One on each line; an option after its question: QUESTION.CODE."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    why = wording(gettext_lazy("Why"), rows=2)
    carry = RowsField(
        label=gettext_lazy("How answers to it are carried over"),
        help_text=gettext_lazy("The first row that fits counts, for each new question."),
        required=False,
    )
    citation = some_of(gettext_lazy("Passages that it rests on"))

    def _gathered(self) -> dict[str, Any]:
        found = super()._gathered()
        return ordered(self.entry, {**found, "into": found.get("into") or []})


# These names are words of the language, or come in sets.
STATEMENT = gettext_lazy(
    "YAML: a group (all, any, none) of lines about questions, statuses, gates and notices."
)
GateEntry.base_fields = {
    **{name: GateEntry.base_fields[name] for name in ("code", "kind", "title")},
    **selector_fields("applies_to"),
    **{
        name: field
        for name, field in GateEntry.base_fields.items()
        if name not in ("code", "kind", "title")
    },
}
DeferralEntry.base_fields = {
    **{name: DeferralEntry.base_fields[name] for name in ("code", "title")},
    **selector_fields("applies_to"),
    **{
        name: field
        for name, field in DeferralEntry.base_fields.items()
        if name not in ("code", "title")
    },
}
InvariantEntry.base_fields = {
    **{name: InvariantEntry.base_fields[name] for name in ("code", "says")},
    **selector_fields("for_each"),
    "if": TreeField(
        label=gettext_lazy("Wherever"),
        help_text=STATEMENT,
        widget=forms.Textarea(attrs={"rows": 4, "class": "code"}),
    ),
    "then": TreeField(
        label=gettext_lazy("This holds"),
        help_text=STATEMENT,
        widget=forms.Textarea(attrs={"rows": 4, "class": "code"}),
    ),
    "citation": InvariantEntry.base_fields["citation"],
}

ENTRY_FORMS: dict[str, type[Structured]] = {
    "sources": SourceEntry,
    "passages": PassageEntry,
    "sections": SectionEntry,
    "questions": QuestionEntry,
    "measures": MeasureEntry,
    "actors": ActorEntry,
    "countries": CountryEntry,
    "organisations": OrganisationEntry,
    "rules": RuleEntry,
    "gates": GateEntry,
    "deferrals": DeferralEntry,
    "flags": FlagEntry,
    "invariants": InvariantEntry,
    "retired": RetiredEntry,
}
for _kind, _form in ENTRY_FORMS.items():
    _form.kind_of_entry = _kind
    _form.base_fields["comment"] = wording(
        gettext_lazy("Comment for those who edit"),
        gettext_lazy(
            "It goes with the entry into files and back. No reader of the catalogue sees it."
        ),
        required=False,
        rows=2,
    )


def fits_a_form(entry: Entry) -> bool:
    """Whether a form shows every condition of an entry: one that is nested deeper is edited as
    YAML.
    """
    conditions = [
        *(entry.get(name) for name in ("when", "holds", "show_if")),
        *(row.get("when") for name in ("cautions", "on_condition") for row in entry.get(name, ())),
        (entry.get("builds_on") or {}).get("when"),
    ]
    return all(Shape.of(condition) is not None for condition in conditions if condition)
