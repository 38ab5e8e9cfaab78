"""What is stored. Workflows and permissions say what may be written, and by whom."""

from cases.models.assessment import Answer, Assessment, Attachment, Snapshot
from cases.models.case import Case, CaseCountry, CaseMember, CaseTeam, Source
from cases.models.edition import Draft, Edition
from cases.models.event import Event, EventChain
from cases.models.followup import Step, StepDocument
from cases.models.job import Job, JobPart
from cases.models.notification import MailPreference, Notification
from cases.models.outgoing_mail import OutgoingMail
from cases.models.plan import ChosenPlan, PlanChoice
from cases.models.proposal import ReassessmentProposal
from cases.models.report_job import ReportJob, ReportPart
from cases.models.review import ActorRequest, Comment, MeasureDecision, ReviewDecision, Thread
from cases.models.sent_form import SentForm
from cases.models.transfer import TransferProposal
from cases.models.unplaced import UnplacedAnswer
from cases.models.user import Team, User

__all__ = [
    "ActorRequest",
    "Answer",
    "Assessment",
    "Attachment",
    "Case",
    "CaseCountry",
    "CaseMember",
    "CaseTeam",
    "ChosenPlan",
    "Comment",
    "Draft",
    "Edition",
    "Event",
    "EventChain",
    "Job",
    "JobPart",
    "MailPreference",
    "MeasureDecision",
    "Notification",
    "OutgoingMail",
    "PlanChoice",
    "ReassessmentProposal",
    "ReportJob",
    "ReportPart",
    "ReviewDecision",
    "SentForm",
    "Snapshot",
    "Source",
    "Step",
    "StepDocument",
    "Team",
    "Thread",
    "TransferProposal",
    "UnplacedAnswer",
    "User",
]
