"""The rules module's connecting words in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cases.rulebook.wording.sentences import Phrases


def phrases() -> Phrases:
    return Phrases(
        is_one_of=_("{question} is {options}"),
        is_none_of=_("{question} is not {options}"),
        includes=_("{question} includes {options}"),
        includes_none_of=_("{question} does not include {options}"),
        at_least=_("{question} is {level} or higher"),
        at_most=_("{question} is {level} or lower"),
        both=_("{first} and {last}"),
        either=_("{first} or {last}"),
        comma=_(", "),
        none_of_these=_("it is not the case that {parts}"),
        bracket=_("({inner})"),
        unknown=_("not known"),
        nothing=_("none of these"),
        neighbour_of=_("{neighbours}, the neighbour of {countries}"),
        neighbours_of=_("{neighbours}, neighbours of {countries}"),
        neighbours_briefly=_("Neighbours ({neighbours})"),
        above_all=_("{actor}, above all {neighbours}"),
        and_more=_("{names} and {number} more"),
        quoted=_("“{text}”"),
        not_known_whether=_("It is not known whether {condition}."),
        comes_before=_("{first} comes before {second}: {reasons}."),
        of_earlier_line=_("it belongs to an earlier line in this phase"),
        more_urgent=_("it is more urgent"),
        needs_no_condition=_("it waits for no condition"),
        answers_more=_("it also answers {problems}"),
        stronger_evidence=_("the evidence for it is stronger"),
        sustain=_("Delivered, and this has eased since: {problems}. Sustain it."),
        review=_(
            "Delivered, but this has grown worse since: {problems}. Review how it is done before "
            "doing more."
        ),
        watch=_(
            "Delivered. Nothing shows yet whether it helps. Check the problems that it acts on "
            "before doing more."
        ),
        next_actor=_("Refused. Ask next: {actor}. {why}"),
        other_measure=_(
            "Refused, and nobody else is suitable to lead it. Another measure acts on "
            "the same problem: {measures}."
        ),
        refused_without_other=_(
            "Refused. Nobody else is suitable to lead it, and no other measure shown "
            "acts on the same problem."
        ),
        press_for_delivery=_("Authorised but not delivered. Press for its delivery."),
        under_way=_("Under way, so it is not advised as something new."),
    )
