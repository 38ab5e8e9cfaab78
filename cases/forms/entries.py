"""A form for each kind of entry of a rulebook. What a form cannot show is edited as YAML.

A field's name is its path in the entry, with `__` between the steps: `says__holds` is `says: {holds: …}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, cast

import yaml
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import labels
from cases.forms.cases import plain_helper
from cases.forms.conditions import ConditionField, Shape, code_in
from cases.forms.rows import RowsField
from cases.rulebook.conditions import KINDS, OPERATORS
from cases.rulebook.document import Document, read_yaml
from cases.rulebook.problems import RulebookError
from cases.rulebook.questions import Questionnaire

Entry = Mapping[str, Any]
Choices = Iterable[tuple[Any, Any]]
NOTHING: tuple[Any, ...] = (None, "", [], (), {})
EMPTY = {"required": gettext_lazy("This cannot be empty.")}


def wording(label: Any, help_text: Any = "", *, required: bool = True, rows: int = 0) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=20_000, widget=widget, error_messages=EMPTY
    )


def one_of(label: Any, choices: Iterable[tuple[Any, Any]] = (), *, required: bool = True) -> forms.ChoiceField:
    wrong = {"invalid_choice": gettext_lazy("Choose one from the list."), **EMPTY}
    return forms.ChoiceField(label=label, choices=[("", "—"), *choices], required=required, error_messages=wrong)


def some_of(
    label: Any, choices: Iterable[tuple[Any, Any]] = (), *, required: bool = False
) -> forms.MultipleChoiceField:
    wrong = {"invalid_choice": gettext_lazy("“%(value)s” is not on the list."), **EMPTY}
    widget = forms.SelectMultiple(attrs={"data-picker": "", "size": 6})
    return forms.MultipleChoiceField(
        label=label, choices=list(choices), required=required, widget=widget, error_messages=wrong
    )


def yes_no(label: Any, help_text: Any = "") -> forms.BooleanField:
    return forms.BooleanField(label=label, help_text=help_text, required=False)


def either(label: Any) -> forms.TypedChoiceField:
    """Yes, no, or it does not matter."""
    choices = [("", gettext_lazy("does not matter")), ("true", gettext_lazy("yes")), ("false", gettext_lazy("no"))]
    return forms.TypedChoiceField(
        label=label, choices=choices, required=False, coerce=lambda given: given == "true", empty_value=None
    )


def day(label: Any, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        widget=forms.TextInput(attrs={"placeholder": "2012-12-20", "size": 11, "inputmode": "numeric"}),
        error_messages=EMPTY,
    )


class LinesField(forms.CharField):
    """A list of texts, one on each line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class TreeField(forms.CharField):
    """A part of an entry as YAML: for statements that no form can show."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) or value is None:
            return value
        return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, default_flow_style=None, width=90)

    def clean(self, value: Any) -> Any:
        given = super().clean(value)
        try:
            return read_yaml(given) if given else None
        except RulebookError as error:
            raise forms.ValidationError([str(problem) for problem in error.problems]) from error


def yaml_area() -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 4, "class": "code", "spellcheck": "false"})


class Structured(forms.Form):
    """A form of one entry. Fields that are left empty are left out of it, save those in `nullable`."""

    nullable: ClassVar[tuple[str, ...]] = ()
    # Choices by field: the list of the document whose entries they are.
    lists: ClassVar[Mapping[str, str]] = {}

    def __init__(
        self, *args: Any, document: Document, questionnaire: Questionnaire, entry: Entry | None = None, **kwargs: Any
    ) -> None:
        self.entry, self.document = dict(entry or {}), document
        if entry:
            kwargs["initial"] = self.spread(entry) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.helper = plain_helper()
        if self.versioned:
            self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
        for name, kind in self.lists.items():
            self.offer(name, [(item["code"], title_of(item)) for item in document[kind]])
        for name, field in self.fields.items():
            if isinstance(field, ConditionField):
                field.set_questionnaire(questionnaire)
            elif isinstance(field, RowsField):
                row = self.rows[name]

                def make(*given: Any, row: type[Structured] = row, **options: Any) -> Structured:
                    initial = options.pop("initial", None)
                    return row(*given, document=document, questionnaire=questionnaire, entry=initial, **options)

                field.set_row(make)

    rows: ClassVar[Mapping[str, type[Structured]]] = {}

    def offer(self, name: str, choices: Choices, blank: Any = "—") -> None:
        """Give a field its choices, with a blank one where only one is chosen."""
        field = cast("forms.ChoiceField", self.fields[name])
        field.choices = [*([] if isinstance(field, forms.MultipleChoiceField) else [("", blank)]), *choices]

    def scopes(self) -> Choices:
        """What consent can cover: the answers to its question."""
        asked = [item for item in self.document["questions"] if item["code"] == "consent_scope"]
        return [(option["code"], option["label"]) for item in asked for option in item["options"]]

    def spread(self, entry: Entry) -> dict[str, Any]:
        """The entry's values by the names of the fields."""
        found = {}
        for name in self.base_fields:
            value: Any = entry
            for step in name.split("__"):
                value = value.get(step) if isinstance(value, Mapping) else None
            if value is not None:
                found[name] = str(value).lower() if isinstance(value, bool) and self._is_choice(name) else value
        return found

    def _is_choice(self, name: str) -> bool:
        return isinstance(self.base_fields[name], forms.ChoiceField)

    def gathered(self) -> dict[str, Any]:
        """The entry that the form describes, its fields in the order of the entry that was edited."""
        found: dict[str, Any] = {}
        for name, field in self.fields.items():
            if name not in self.base_fields:
                continue
            value = self.cleaned_data.get(name)
            if isinstance(field, RowsField):
                value = value or []
            if isinstance(value, bool) and not value and name not in self.stated and not _had(self.entry, name):
                continue
            if value in NOTHING and not isinstance(value, bool):
                if name in self.nullable:
                    value = None
                elif field.required or (_had(self.entry, name) and _get(self.entry, name) in NOTHING):
                    value = _get(self.entry, name) if _had(self.entry, name) else value
                else:
                    continue
            if isinstance(field, forms.MultipleChoiceField) and value:
                before = _get(self.entry, name)
                order = before if isinstance(before, list) else []
                value = [*(code for code in order if code in value), *(code for code in value if code not in order)]
            if isinstance(field, ConditionField):
                value = _as_before(_get(self.entry, name), value)
            _put(found, name, value)
        order = [*(key for key in self.entry if key in found), *(key for key in found if key not in self.entry)]
        # What the form does not show stays as it was.
        empty = {key for key, value in self.entry.items() if key not in found and value in NOTHING}
        kept = {key: value for key, value in self.entry.items() if key not in self._shown or key in empty}
        merged = {
            key: _ordered(self.entry.get(key), found[key]) if isinstance(found[key], dict) else found[key]
            for key in order
        }
        return {key: merged.get(key, kept.get(key)) for key in [*self.entry, *merged] if key in merged or key in kept}

    # Whether it is an entry of its own, with the optimistic lock of one.
    versioned: ClassVar[bool] = True

    # Booleans that an entry says even where they are false.
    stated: ClassVar[tuple[str, ...]] = ()

    @property
    def _shown(self) -> set[str]:
        return {name.split("__")[0] for name in self.base_fields}

    def field_of(self, where: str) -> str | None:
        """The field in which a problem lies, told by its place in the entry: `says.holds`, `can[2].does`."""
        path = where.split("[")[0].replace(".", "__") + "__"
        found = [name for name in self.fields if path.startswith(f"{name}__") or f"{name}__".startswith(path)]
        return max(found, key=len) if found else None


def title_of(entry: Entry) -> str:
    """What an entry is called in a list."""
    names = entry.get("names")
    named = names[0]["name"] if names else ""
    return str(
        entry.get("title") or entry.get("name") or named or entry.get("says") or entry.get("where") or entry["code"]
    )


def _had(entry: Entry, name: str) -> bool:
    value: Any = entry
    for step in name.split("__"):
        if not isinstance(value, Mapping) or step not in value:
            return False
        value = value[step]
    return True


def _get(entry: Entry, name: str) -> Any:
    value: Any = entry
    for step in name.split("__"):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _put(entry: dict[str, Any], name: str, value: Any) -> None:
    *steps, last = name.split("__")
    for step in steps:
        entry = entry.setdefault(step, {})
    entry[last] = value


def _ordered(before: Any, after: dict[str, Any]) -> dict[str, Any]:
    """A mapping with its keys in the order that they had before, new ones last."""
    order = list(before) if isinstance(before, Mapping) else []
    return {key: after[key] for key in [*order, *(key for key in after if key not in order)] if key in after}


def _as_before(before: Any, after: Any) -> Any:
    """A condition with each line written as it was before, where it says the same; all of it where all does."""
    if before is None or after is None or Shape.of(before) is None:
        return after
    operands = {_line(leaf): leaf for leaf in _leaves(before)}
    kept = _replaced(after, operands)
    return before if _plain(before) == _plain(kept) else kept


def _line(leaf: Entry) -> tuple[str, str, frozenset[Any]]:
    relation = next(name for name in OPERATORS if name in leaf)
    operand = leaf[relation]
    return leaf["question"], relation, frozenset(operand if isinstance(operand, list) else [operand])


def _leaves(raw: Entry) -> list[Entry]:
    kind = next((name for name in KINDS if name in raw), None)
    return [raw] if kind is None else [leaf for part in raw[kind] for leaf in _leaves(part)]


def _replaced(raw: Entry, operands: Mapping[Any, Entry]) -> Entry:
    kind = next((name for name in KINDS if name in raw), None)
    return operands.get(_line(raw), raw) if kind is None else {kind: [_replaced(part, operands) for part in raw[kind]]}


def _plain(raw: Any) -> Any:
    """A condition without groups of one line."""
    kind = next((name for name in KINDS if name in raw), None)
    if kind is None:
        return raw
    parts = [_plain(part) for part in raw[kind]]
    return parts[0] if len(parts) == 1 and kind != "none" else {kind: parts}


# Rows ----------------------------------------------------------------------------------------------------------------


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
    condition = wording(gettext_lazy("it is met on the condition that"), rows=2)


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


# Entries -------------------------------------------------------------------------------------------------------------

CODE = gettext_lazy("Letters, digits, dots and underscores. It never changes once it is published.")


def code_field() -> forms.CharField:
    return wording(gettext_lazy("Code"), CODE)


def citation_field() -> forms.MultipleChoiceField:
    field = some_of(gettext_lazy("Passages that it rests on"), required=True)
    field.error_messages["required"] = gettext_lazy("Choose at least one passage: everything here has a source.")
    return field


class SourceEntry(Structured):
    nullable: ClassVar[tuple[str, ...]] = ()
    code = code_field()
    title = wording(gettext_lazy("Title"))
    publisher = wording(gettext_lazy("Publisher"))
    year = forms.IntegerField(label=gettext_lazy("Year"), required=False, min_value=1000, max_value=2200)
    url = wording(gettext_lazy("Address"), required=False)


class PassageEntry(Structured):
    lists: ClassVar[Mapping[str, str]] = {"source": "sources"}
    code = code_field()
    source = one_of(gettext_lazy("Source"))
    where = wording(gettext_lazy("Where in it"))
    says = wording(gettext_lazy("What it says, in our words"), rows=3)


class SectionEntry(Structured):
    code = code_field()
    title = wording(gettext_lazy("Title"))
    intro = wording(gettext_lazy("Introduction"), rows=3)


class QuestionEntry(Structured):
    lists: ClassVar[Mapping[str, str]] = {"section": "sections", "citation": "passages"}
    rows: ClassVar[Mapping[str, type[Structured]]] = {"options": OptionRow}
    code = code_field()
    section = one_of(gettext_lazy("Section"))
    kind = one_of(gettext_lazy("Kind"), labels.QUESTION_KIND.items())
    title = wording(gettext_lazy("Title"), gettext_lazy("Two to five words, used in sentences and tables."))
    text = wording(gettext_lazy("Question"), rows=2)
    why = wording(gettext_lazy("Why it matters"), rows=2)
    help = wording(gettext_lazy("How to decide"), rows=3)
    options = RowsField(label=gettext_lazy("Answers"))
    show_if = ConditionField(label=gettext_lazy("Asked only where"), required=False)
    default = forms.CharField(
        label=gettext_lazy("What it counts as where it is not asked"),
        required=False,
        help_text=gettext_lazy("An answer's code; for several answers codes with commas between them, or “none”."),
    )
    risk_factors = some_of(
        gettext_lazy("Risk factors"), [(code, f"{code} {title}") for code, title in labels.RISK_FACTOR.items()]
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

    def gathered(self) -> dict[str, Any]:
        found = super().gathered()
        given = str(found.pop("default", "") or "").strip()
        if given and self.cleaned_data.get("kind") == "multiple":
            codes = [] if given == "none" else [code.strip() for code in given.split(",") if code.strip()]
            before = self.entry.get("default")
            found["default"] = before if isinstance(before, list) and set(before) == set(codes) else codes
        elif given:
            found["default"] = code_in(given)
        found["risk_factors"] = found.get("risk_factors") or []
        return _ordered(self.entry, found)


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
    builds_on__when = ConditionField(label=gettext_lazy("There is something to build on where"), required=False)
    builds_on__what = wording(gettext_lazy("What it then builds on"), required=False)
    boundary = wording(gettext_lazy("Boundary to Pillar Three"), required=False, rows=2)
    evidence__strength = one_of(
        gettext_lazy("Strength of the evidence"),
        labels.EVIDENCE_STRENGTH.items(),
        required=False,
    )
    evidence__direct = yes_no(
        gettext_lazy("The evidence is direct"),
        gettext_lazy("It is about atrocities against civilians themselves, not about violence in general."),
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
    citation = citation_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("consent_scope", self.scopes(), _("none: it works without consent"))

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        names = [name for name in self.fields if name.startswith("evidence__") and name != "evidence__direct"]
        if any(given.get(name) for name in names):
            for name in ("strength", "says", "sources", "reviewed_on"):
                if not given.get(f"evidence__{name}") and f"evidence__{name}" not in self.errors:
                    self.add_error(
                        f"evidence__{name}", _("Evidence needs this: fill it in, or empty the other fields.")
                    )
        return given

    def gathered(self) -> dict[str, Any]:
        found = super().gathered()
        evidence = found.get("evidence")
        if evidence is not None:
            if not evidence.get("strength"):
                del found["evidence"]
            else:
                found["evidence"] = {"contextual": [], "design": [], **evidence}
                found["evidence"] = _ordered(self.entry.get("evidence"), found["evidence"])
        built = found.get("builds_on")
        if built is not None and not any(built.values()):
            found["builds_on"] = None
        if found.get("builds_on") is None and "builds_on" not in self.entry:
            found.pop("builds_on", None)
        return _ordered(self.entry, found)


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
        "This and the next five say for which measures it stands: all that is given must fit; left empty, any does."
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
            if isinstance(self.base_fields[name], forms.MultipleChoiceField) and isinstance(value, str):
                found[name] = [value]
        return found

    def gathered(self) -> dict[str, Any]:
        found = super().gathered()
        before, after = self.entry.get(self.prefix_of_selector), found.get(self.prefix_of_selector)
        if isinstance(before, Mapping) and isinstance(after, dict):
            # One value may stand alone or in a list: as it was written, it stays.
            for key, value in before.items():
                if not isinstance(value, (list, bool)) and after.get(key) == [value]:
                    after[key] = value
        return found


class GateEntry(_Selecting):
    prefix_of_selector: ClassVar[str] = "applies_to"
    lists: ClassVar[Mapping[str, str]] = {"citation": "passages", "applies_to__measures": "measures"}
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

    def gathered(self) -> dict[str, Any]:
        found = super().gathered()
        return _ordered(self.entry, {**found, **{name: found.get(name) or [] for name in ("still", "beyond")}})


class InvariantEntry(_Selecting):
    prefix_of_selector: ClassVar[str] = "for_each"
    lists: ClassVar[Mapping[str, str]] = {"citation": "passages", "for_each__measures": "measures"}
    code = code_field()
    says = wording(gettext_lazy("What must hold"), rows=2)
    citation = citation_field()


# These names are words of the language, or come in sets.
STATEMENT = gettext_lazy("YAML: a group (all, any, none) of lines about questions, statuses, gates and notices.")
GateEntry.base_fields = {
    **{name: GateEntry.base_fields[name] for name in ("code", "kind", "title")},
    **selector_fields("applies_to"),
    **{name: field for name, field in GateEntry.base_fields.items() if name not in ("code", "kind", "title")},
}
InvariantEntry.base_fields = {
    **{name: InvariantEntry.base_fields[name] for name in ("code", "says")},
    **selector_fields("for_each"),
    "if": TreeField(
        label=gettext_lazy("Wherever"), help_text=STATEMENT, widget=forms.Textarea(attrs={"rows": 4, "class": "code"})
    ),
    "then": TreeField(
        label=gettext_lazy("this holds"), help_text=STATEMENT, widget=forms.Textarea(attrs={"rows": 4, "class": "code"})
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
    "flags": FlagEntry,
    "invariants": InvariantEntry,
}
for _form in ENTRY_FORMS.values():
    _form.base_fields["comment"] = wording(
        gettext_lazy("Comment for those who edit"),
        gettext_lazy("It goes with the entry into files and back. No reader of the catalogue sees it."),
        required=False,
        rows=2,
    )


def fits_a_form(entry: Entry) -> bool:
    """Whether a form shows every condition of an entry: one that is nested deeper is edited as YAML."""
    conditions = [
        *(entry.get(name) for name in ("when", "holds", "show_if")),
        *(row.get("when") for name in ("cautions", "on_condition") for row in entry.get(name, ())),
        (entry.get("builds_on") or {}).get("when"),
    ]
    return all(Shape.of(condition) is not None for condition in conditions if condition)
