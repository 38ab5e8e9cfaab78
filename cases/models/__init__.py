"""What is stored. Rules on what may be written, and by whom, are in workflows and permissions."""

from cases.models.assessment import Answer, Assessment, Attachment, Snapshot
from cases.models.case import Case, CaseCountry, CaseMember, CaseTeam, Source
from cases.models.edition import Draft, Edition
from cases.models.event import Chain, Event
from cases.models.followup import Step, StepDocument
from cases.models.job import Job, JobPart
from cases.models.notification import MailPreference, Notification
from cases.models.proposal import Proposal
from cases.models.review import Ask, Comment, Decision, Thread, Verdict
from cases.models.unplaced import UnplacedAnswer
from cases.models.user import Team, User

__all__ = [
    "Answer",
    "Ask",
    "Assessment",
    "Attachment",
    "Case",
    "CaseCountry",
    "CaseMember",
    "CaseTeam",
    "Chain",
    "Comment",
    "Decision",
    "Draft",
    "Edition",
    "Event",
    "Job",
    "JobPart",
    "MailPreference",
    "Notification",
    "Proposal",
    "Snapshot",
    "Source",
    "Step",
    "StepDocument",
    "Team",
    "Thread",
    "UnplacedAnswer",
    "User",
    "Verdict",
]
