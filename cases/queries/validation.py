"""What the rulebook says about the situations of the record, beside what was done: the text of docs/validation.md."""

from __future__ import annotations

from cases.demo import demo_cases
from cases.rulebook.advice import Advice, advise
from cases.rulebook.rules import Rulebook

HEAD = """\
# The situations of the record, and what the rulebook says about them

Twelve situations are encoded in `fixtures/demo/`, each with its sources; what the public record does not settle is
*unknown*. The table sets what the edition says beside what was done. It is written by

    manage.py validate_situations --write docs/validation.md

and a test keeps it true. Reading it:

- **Done** lists each measure that the record names with the status that the rulebook gives it on that date.
- **Recommended**, **conditional**, **blocked** and **open** count all measures.
- A measure that was done and is *blocked* is not an error in itself: the record shows what was done, not what was right,
  and a blocked measure says what would open it.
- No rule is tuned to one case. Where the rules are silent about something that was done, the last section says why.

| situation | as of | done: status | recommended | conditional | blocked | open | notices |
|---|---|---|---|---|---|---|---|
"""

REMARKS = """
## Where the rules and the record differ

- **Macedonia, December 1992.** Support to political institutions was given from 1993 on. With institutions that were new
  but inclusive (a gap of low degree) no rule calls for it; six years later, with a moderate gap, one does.
- **Macedonia, March 1999.** The preventive deployment is called for and blocked: the Council's mandate was vetoed. The
  advice names the veto and turns to advocacy and to what needs no mandate.
- **Kenya, February 2008.** Constitutional reform is blocked on that date, because consent then covered the panel's
  mediation, human-rights fact-finding and aid; after the accord, in 2009, it is recommended. Peacekeeping is called for by
  the scale of violence and blocked; nobody asked for it.
- **Guinea, October 2009.** The leadership is reported to direct the crimes, so reform of the security sector is blocked
  until the leadership changes. It began after the transition of 2010. Mediation is conditional, as consent was.
- **Mali, December 2012.** Peacekeeping is conditional on the parties that had not agreed, with a mandate in force. In 2026
  consent is withdrawn: protection assistance is blocked and the boundary is shown. ECOWAS is named in 2012, not in 2026.
- **Nigeria, February 2015.** Logistics and intelligence are conditional on vetting, since abuses by some units are reported.
- **Libya 2011, Myanmar 2017.** Nothing that arms or steers the State's forces is recommended. Inquiry, asylum and
  condemnation stand. For Myanmar in 2017 no examination by the Court is indicated, as the Court had no jurisdiction that
  was known then; in 2018 it is open, because the finding of September 2018 fits none of the answers.
- **Solomon Islands, July 2003.** Police assistance is conditional on vetting, since some of the police sided with militants.
  Peacekeeping is called for and blocked: the State asked for police, not for peacekeepers.
- **Timor-Leste, September 1999.** The force is conditional twice over, on Indonesia's conditions and on the resolution that
  came the next day. Rule of law and accountability are blocked until the transitional administration.
- **Sierra Leone, January 2006.** Peacekeeping has ended; consent covers no new operation, and the advice turns to the
  political mission, institutions and the peacebuilding strategy.
"""


def _row(title: str, as_of: str, advice: Advice, done: list[str]) -> str:
    counts = [
        str(sum(row.status == status for row in advice.measures.values()))
        for status in ("recommended", "conditional", "blocked", "open")
    ]
    deeds = "; ".join(f"`{code}` {advice.measures[code].status.replace('_', ' ')}" for code in done)
    return f"| {title} | {as_of} | {deeds} | {' | '.join(counts)} | {', '.join(advice.flags) or '–'} |"


def validation_text(rulebook: Rulebook) -> str:
    """docs/validation.md for a rulebook."""
    rows = []
    for item in demo_cases():
        done = list(dict.fromkeys(deed.measure for deed in item.record))
        for dated in item.assessments:
            answers = dated.read(rulebook.questionnaire)
            advice = advise(rulebook, answers, countries=item.countries, as_of=dated.as_of)
            rows.append(_row(item.fields["title"], dated.as_of.isoformat(), advice, done))
    return HEAD + "\n".join(rows) + "\n" + REMARKS
