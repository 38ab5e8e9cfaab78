"""Who may do what: one table of person × state × act that covers every page."""

from __future__ import annotations

from cases.forms.editor.translations import field_of

# Teams of one person each: their part in the case, and the role that the person holds.
TEAM_ROLES = {"reader": "reviewer", "reviewer": "reviewer", "contributor": "analyst"}
# People who get what another column says: a part in the case is no use without the role, and a
# deactivated person is no longer signed in.
ALIKE = {"lapsed_reviewer": "lapsed", "deactivated": "nobody"}
# Who is asked about, in the order of the table's columns.
PEOPLE = (
    "nobody",
    "outsider",
    "no_role",
    "site_admin",
    "reader",
    "reviewer",
    "contributor",
    "lapsed",
    "owner",
    "auditor",
    "catalogue_admin",
)

# What each gets: "ok" the page; "no" that there is no such page; "role" that the role lacks; "in"
# to sign in first; "token" to send one. The lapsed person owns nothing and contributes to the case,
# but is no analyst any more.
ANYBODY = "ok ok ok ok ok ok ok ok ok ok ok"
EVERYONE = "in ok ok ok ok ok ok ok ok ok ok"
WITH_A_ROLE = "in ok role role ok ok ok role ok ok ok"
ANALYSTS = "in ok role role role role ok role ok role role"
SEES = "in no no no ok ok ok ok ok no no"
WORKS = "in no no no no no ok no ok no no"
OPEN = "in ok no no ok ok ok ok ok ok ok"
AUDITORS = "in role role role role role role role role ok role"
SITE_ADMINS = "in role role ok role role role role role role role"
OWNS = "in no no no no no no no ok no no"
REVIEWS_OR_WORKS = "in no no no no ok ok no ok no no"
REVIEWS = "in no no no no ok no no no no no"
# In a sensitive case, a reader learns nothing that names a source.
SOURCES = "in no no no no ok ok no ok no no"
# Who takes part in the case, with or without the role for it.
MEMBERS = "in no no no ok ok ok ok no no no"
AUTHOR = OWNS  # who began the assessment; here it is the owner
NOBODY = "in no no no no no no no no no no"
# Open to anybody, and there is nothing to show.
NOT_THERE = "no no no no no no no no no no no"

EDITORS = "in role role role role role role role role role ok"
EDITING = (
    "draft",
    "draft_start",
    "draft_discard",
    "draft_export",
    "draft_import",
    "draft_propose",
    "draft_publish",
    "proposal_end",
    "entry_list",
    "entry_new",
    "entry_edit",
    "entry_remove",
    "draft_impact",
    "draft_try",
    "invariant_decide",
    "reassess_many",
    "rules_of_measure",
    "rules_of_question",
    "translation_list",
    "translation_language",
    "translation_edit",
)

# A program without a token, or with one whose person lacks the role, gets an error in JSON.
API_EDITORS = EDITORS.replace("in", "token")
API_READERS = WITH_A_ROLE.replace("in", "token")

TABLE: dict[str, dict[str, str]] = {
    **{name: {"any": EVERYONE} for name in ("token", "token_new", "token_revoke")},
    **{name: {"any": API_READERS} for name in ("api_editions", "api_edition", "api_schema")},
    **{name: {"any": API_EDITORS} for name in ("api_draft", "api_entry", "api_proposal")},
    "record": {"any": AUDITORS},
    "record_chain": {"restricted": AUDITORS, "sensitive": AUDITORS},
    **{
        name: {"any": SITE_ADMINS}
        for name in (
            "people",
            "person_new",
            "person_edit",
            "person_leaving",
            "person_link",
            "person_sign_out",
            "team_new",
            "team_edit",
        )
    },
    **{name: {"any": EDITORS} for name in EDITING},
    "team_remove": {"restricted": OWNS, "sensitive": OWNS, "open": OWNS},
    "team_confirm": {"restricted": OWNS, "sensitive": OWNS, "open": OWNS},
    "notification_list": {"any": EVERYONE},
    "notification_preferences": {"any": EVERYONE},
    # Somebody else's: each person opens their own only.
    "notification_open": {"any": "in no no no no no no no no no no"},
    "home": {"any": EVERYONE},
    "kept_form": {"any": EVERYONE},
    "home_list": {"any": EVERYONE},
    "review_list": {"any": EVERYONE},
    "preferences": {"any": EVERYONE},
    "method": {"any": EVERYONE},
    # No logo is set in the tests.
    "organisation_logo": {"any": NOT_THERE},
    "case_list": {"any": EVERYONE},
    "cases_download": {"any": EVERYONE},
    "export_schema": {"any": ANYBODY},
    "cases_files": {"any": EVERYONE},
    # Nobody of the table has made files.
    "cases_archive": {"any": NOBODY},
    "case_new": {"any": ANALYSTS},
    "case_detail": {"restricted": SEES, "sensitive": SEES, "open": OPEN},
    "case_edit": {"restricted": WORKS, "open": WORKS},
    "source_new": {"restricted": WORKS, "open": WORKS},
    "source_edit": {"restricted": WORKS, "open": WORKS},
    "case_members": {"restricted": OWNS, "open": OWNS},
    "case_transfer": {"restricted": OWNS, "open": OWNS},
    "case_close": {"restricted": OWNS, "sensitive": OWNS, "open": OWNS},
    "case_reopen": {"restricted": OWNS, "sensitive": OWNS, "open": OWNS},
    # The case of the table is proposed to nobody.
    "transfer_decide": {"any": NOBODY},
    "transfer_confirm": {"restricted": MEMBERS, "sensitive": MEMBERS, "open": MEMBERS},
    "member_remove": {"restricted": OWNS, "open": OWNS},
    "case_timeline": {"restricted": SEES, "open": OPEN},
    "step_new": {"restricted": WORKS, "open": WORKS},
    "step_remove": {"restricted": WORKS, "open": WORKS},
    "step_document": {"restricted": SEES, "sensitive": SOURCES, "open": OPEN},
    "step_document_new": {"restricted": WORKS, "open": WORKS},
    "step_document_remove": {"restricted": WORKS, "open": WORKS},
    "assessment_reviewers": {"draft": NOBODY, "submitted": WORKS, "blind_submitted": NOBODY},
    "assessment_new": {"restricted": WORKS, "open": WORKS},
    "assessment_advice": {
        "draft": WORKS,
        "submitted": SEES,
        "blind": AUTHOR,
        "blind_submitted": AUTHOR,
    },
    "assessment_measures": {
        "draft": WORKS,
        "submitted": SEES,
        "blind": AUTHOR,
        "blind_submitted": AUTHOR,
    },
    "plan_edit": {"draft": WORKS, "blind": AUTHOR, "submitted": NOBODY},
    "assessment_compare": {
        "draft": WORKS,
        "submitted": SEES,
        "blind": AUTHOR,
        "blind_submitted": AUTHOR,
    },
    "measure_in_advice": {
        "draft": WORKS,
        "submitted": SEES,
        "blind": AUTHOR,
        "blind_submitted": AUTHOR,
    },
    **{
        name: {
            "draft": WORKS,
            "submitted": SEES,
            "blind": AUTHOR,
            "blind_submitted": AUTHOR,
            "paired": SEES,
        }
        for name in (
            "what_if",
            "flow",
            "risk_profile",
            "precedents",
            "attachment",
            "assessment_answers",
            "assessment_download",
        )
    },
    # The assessment of the table was not begun from an earlier one, so there is nothing to show.
    "assessment_carried_over": {"draft": NOBODY, "submitted": NOBODY, "carried_over": WORKS},
    "unplaced_settle": {"draft": NOBODY, "submitted": NOBODY, "carried_over": WORKS},
    "assessment_review": {"draft": NOBODY, "submitted": SEES, "blind_submitted": AUTHOR},
    "measure_review": {"draft": NOBODY, "submitted": SEES, "blind_submitted": AUTHOR},
    "answer_review": {"draft": NOBODY, "submitted": SEES, "blind_submitted": AUTHOR},
    "review_several": {"draft": NOBODY, "submitted": REVIEWS, "blind_submitted": NOBODY},
    "review_withdraw": {"draft": NOBODY, "submitted": REVIEWS, "blind_submitted": NOBODY},
    "thread_act": {"draft": NOBODY, "submitted": REVIEWS_OR_WORKS, "blind_submitted": NOBODY},
    "assessment_reassess": {"draft": NOBODY, "submitted": WORKS, "blind_submitted": AUTHOR},
    "assessment_amend": {"draft": NOBODY, "submitted": NOBODY, "returned": WORKS},
    "assessment_agreement": {
        "draft": NOBODY,
        "submitted": NOBODY,
        "blind_submitted": NOBODY,
        "paired": SEES,
    },
    "assessment_reconcile": {
        "draft": NOBODY,
        "submitted": NOBODY,
        "blind_submitted": NOBODY,
        "paired": WORKS,
    },
    "assessment_second": {"draft": AUTHOR, "blind": AUTHOR, "submitted": NOBODY},
    "assessment_unpair": {
        "draft": NOBODY,
        "blind": AUTHOR,
        "blind_submitted": AUTHOR,
        "submitted": NOBODY,
    },
    "answer_save": {"draft": WORKS, "blind": AUTHOR, "submitted": NOBODY},
    "attachment_new": {"draft": WORKS, "blind": AUTHOR, "submitted": NOBODY},
    "attachment_remove": {"draft": WORKS, "blind": AUTHOR, "submitted": NOBODY},
    "assessment_answer": {"draft": WORKS, "blind": AUTHOR, "submitted": NOBODY},
    "assessment_section": {"draft": WORKS, "blind": AUTHOR, "submitted": NOBODY},
    "assessment_submit": {"draft": WORKS, "blind": AUTHOR, "submitted": NOBODY},
    "assessment_discard": {"draft": WORKS, "blind": AUTHOR, "submitted": NOBODY},
    "section_confirm": {"draft": WORKS, "blind": AUTHOR, "submitted": NOBODY},
    "assessment_date": {"draft": WORKS, "blind": AUTHOR, "submitted": NOBODY},
    **{
        name: {"any": WITH_A_ROLE}
        for name in (
            "catalogue",
            "measure_list",
            "measure_detail",
            "actor_list",
            "actor_detail",
            "actor_download",
            "organisation_list",
            "question_list",
            "question_detail",
            "source_list",
            "edition_list",
            "edition_differences",
            "measure_dmn",
            "catalogue_language",
            "our_part",
        )
    },
}
# Pages that are written to, with what a fitting request would send.
POSTS: dict[str, dict[str, str]] = {
    "token_new": {},
    "token_revoke": {},
    "unplaced_settle": {"question": "phase"},
    "api_draft": {},
    "api_proposal": {"note": "better", "seen": "x"},
    "case_edit": {"title": "Changed by a stranger", "version": "1"},
    "source_new": {"title": "A source", "publisher": "Someone", "reliability": "A"},
    "source_edit": {"title": "A source", "publisher": "Someone", "reliability": "A"},
    "case_members": {"role": "reader"},
    "case_transfer": {},
    "case_close": {"reason": "It is over"},
    "case_reopen": {"reason": "It has begun again"},
    "person_leaving": {},
    "transfer_decide": {"act": "agree"},
    "transfer_confirm": {"act": "confirm"},
    "member_remove": {},
    "team_remove": {},
    "team_confirm": {},
    "draft_start": {},
    "draft_discard": {},
    "draft_import": {"text": "x"},
    "draft_impact": {},
    "draft_try": {},
    "translation_list": {"language": "fr"},
    "translation_edit": {"version": "0", field_of("title"): "Sécurité"},
    "catalogue_language": {"language": "fr"},
    "our_part": {"our_part": "member_states:FRA"},
    "plan_edit": {"act": "number", "number": "3", "reason": "A short meeting", "version": "0"},
    "invariant_decide": {"act": "agree"},
    "reassess_many": {},
    "assessment_reassess": {"act": "accept"},
    "draft_propose": {"note": "better", "seen": "x"},
    "draft_publish": {"seen": "x"},
    "proposal_end": {"reason": "not yet", "seen": "x"},
    "entry_new": {"yaml": "code: x", "version": "0"},
    "entry_edit": {"yaml": "code: cap.ssr", "version": "0"},
    "entry_remove": {"version": "0"},
    "person_new": {"username": "eve", "email": "eve@example.org", "roles": "site_admin"},
    "person_edit": {"email": "changed@example.org", "roles": "site_admin", "is_active": "on"},
    "person_link": {},
    "person_sign_out": {},
    "team_new": {"name": "Another team"},
    "team_edit": {"name": "Another name"},
    "assessment_new": {"as_of": "2012-12-20"},
    "assessment_section": {"phase": "latent", "phase__version": "0"},
    "assessment_submit": {"comment": "enough"},
    "assessment_discard": {},
    "assessment_date": {"as_of": "2012-12-19"},
    "review_several": {},
    "review_withdraw": {},
    "section_confirm": {},
    "answer_save": {"phase": "latent", "phase__version": "0"},
    "attachment_new": {},
    "attachment_remove": {},
    "assessment_second": {},
    "assessment_unpair": {},
    "assessment_reconcile": {},
    "what_if": {"phase": "latent", "phase__on": "1", "keep": "1", "as_of": "2020-01-01"},
    "step_new": {"measure": "cap.ssr", "fact": "done", "actors": "dppa"},
    "step_remove": {},
    "step_document_new": {},
    "step_document_remove": {},
    "assessment_reviewers": {"reviewers": ""},
    "thread_act": {"text": "a reply"},
    "assessment_amend": {},
    "assessment_review": {"kind": "sign_off", "despite": "on", "seen": "SEEN"},
    "measure_review": {"act": "decide", "kind": "endorse", "seen": "SEEN"},
    "answer_review": {"text": "a remark"},
}
# Who may read these pages may not all write there: each alone reads that there is nothing to
# write.
WRITES = {
    "assessment_review": REVIEWS,
    "measure_review": REVIEWS,
    "answer_review": REVIEWS_OR_WORKS,
}
# Pages that only take what is sent to them.
SENT_ONLY = {
    "token_new",
    "token_revoke",
    "api_proposal",
    "draft_start",
    "draft_propose",
    "draft_publish",
    "proposal_end",
    "invariant_decide",
    "catalogue_language",
    "team_confirm",
    "transfer_confirm",
    "answer_save",
    "thread_act",
    "review_several",
    "review_withdraw",
    "section_confirm",
    "assessment_amend",
    "assessment_unpair",
    "assessment_reconcile",
}
