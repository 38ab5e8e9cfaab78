"""Where each page is."""

from django.urls import path

from cases.api import catalogue as api
from cases.views import followup, kept_form, notifications, record
from cases.views.assessing import (
    answering,
    assessments,
    attachments,
    carried_over,
    insight,
    plan,
    second_assessment,
)
from cases.views.casework import (
    case_list,
    cases,
    closing,
    home,
    members,
    sources,
    timeline,
    transfer,
)
from cases.views.editions import catalogue, differences, reassessment
from cases.views.editor import drafts, entries, impact, translations
from cases.views.people import our_part, people, preferences, tokens
from cases.views.reports import downloads
from cases.views.reports import jobs as report_jobs
from cases.views.review import amending, deciding, measures, reviewers, threads, waiting_reviews

urlpatterns = [
    path("", home.home, name="home"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("kept/", kept_form.kept_form, name="kept_form"),
    path("home/<slug:code>/", home.home_list, name="home_list"),
    path("organisation/logo/", downloads.organisation_logo, name="organisation_logo"),
    path("method/", home.method, name="method"),
    path("cases/", case_list.case_list, name="case_list"),
    path("cases/download/<str:name>/", downloads.cases_download, name="cases_download"),
    path("cases/files/", report_jobs.cases_files, name="cases_files"),
    path("cases/files/archive/", report_jobs.cases_archive, name="cases_archive"),
    path("cases/new/", cases.case_new, name="case_new"),
    path("cases/<uuid:pk>/", cases.case_detail, name="case_detail"),
    path("cases/<uuid:pk>/edit/", cases.case_edit, name="case_edit"),
    path("cases/<uuid:pk>/sources/new/", sources.source_new, name="source_new"),
    path("cases/<uuid:pk>/sources/<int:source>/", sources.source_edit, name="source_edit"),
    path("cases/<uuid:pk>/transfer/", transfer.case_transfer, name="case_transfer"),
    path(
        "cases/<uuid:pk>/transfer/confirm/",
        transfer.transfer_confirm,
        name="transfer_confirm",
    ),
    path("cases/<uuid:pk>/close/", closing.case_close, name="case_close"),
    path("cases/<uuid:pk>/reopen/", closing.case_reopen, name="case_reopen"),
    path("cases/<uuid:pk>/members/", members.members, name="case_members"),
    path(
        "cases/<uuid:pk>/members/<int:member>/remove/", members.member_remove, name="member_remove"
    ),
    path("cases/<uuid:pk>/teams/<int:team>/remove/", members.team_remove, name="team_remove"),
    path("cases/<uuid:pk>/teams/<int:team>/confirm/", members.team_confirm, name="team_confirm"),
    path("cases/<uuid:pk>/timeline/", timeline.case_timeline, name="case_timeline"),
    path("cases/<uuid:pk>/steps/new/", followup.step_new, name="step_new"),
    path("cases/<uuid:pk>/steps/<int:step>/remove/", followup.step_remove, name="step_remove"),
    path(
        "cases/<uuid:pk>/steps/<int:step>/documents/new/",
        attachments.document_new,
        name="step_document_new",
    ),
    path(
        "cases/<uuid:pk>/steps/<int:step>/documents/<int:file>/",
        attachments.document,
        name="step_document",
    ),
    path(
        "cases/<uuid:pk>/steps/<int:step>/documents/<int:file>/remove/",
        attachments.document_remove,
        name="step_document_remove",
    ),
    path("cases/<uuid:pk>/assessments/new/", assessments.assessment_new, name="assessment_new"),
    path("assessments/<uuid:pk>/", plan.assessment_advice, name="assessment_advice"),
    path(
        "assessments/<uuid:pk>/download/<str:name>/",
        downloads.assessment_download,
        name="assessment_download",
    ),
    path("assessments/<uuid:pk>/plan/", plan.plan_edit, name="plan_edit"),
    path("assessments/<uuid:pk>/measures/", plan.assessment_measures, name="assessment_measures"),
    path("assessments/<uuid:pk>/answer/", answering.assessment_answer, name="assessment_answer"),
    path(
        "assessments/<uuid:pk>/answer/<slug:section>/",
        answering.assessment_section,
        name="assessment_section",
    ),
    path(
        "assessments/<uuid:pk>/answer/<slug:section>/confirm/",
        answering.section_confirm,
        name="section_confirm",
    ),
    path("assessments/<uuid:pk>/answers/", answering.assessment_answers, name="assessment_answers"),
    path(
        "assessments/<uuid:pk>/answers/<slug:question>/", answering.answer_save, name="answer_save"
    ),
    path(
        "assessments/<uuid:pk>/answers/<slug:question>/files/new/",
        attachments.attachment_new,
        name="attachment_new",
    ),
    path("assessments/<uuid:pk>/files/<int:file>/", attachments.attachment, name="attachment"),
    path(
        "assessments/<uuid:pk>/files/<int:file>/remove/",
        attachments.attachment_remove,
        name="attachment_remove",
    ),
    path("assessments/<uuid:pk>/submit/", assessments.assessment_submit, name="assessment_submit"),
    path(
        "assessments/<uuid:pk>/carried-over/",
        carried_over.assessment_carried_over,
        name="assessment_carried_over",
    ),
    path(
        "assessments/<uuid:pk>/carried-over/<int:unplaced>/",
        carried_over.unplaced_settle,
        name="unplaced_settle",
    ),
    path("assessments/<uuid:pk>/date/", assessments.assessment_date, name="assessment_date"),
    path(
        "assessments/<uuid:pk>/discard/", assessments.assessment_discard, name="assessment_discard"
    ),
    path(
        "assessments/<uuid:pk>/measures/<str:code>/",
        assessments.measure_in_advice,
        name="measure_in_advice",
    ),
    path(
        "assessments/<uuid:pk>/since/<uuid:earlier>/",
        assessments.assessment_compare,
        name="assessment_compare",
    ),
    path("assessments/<uuid:pk>/review/", deciding.review_page, name="assessment_review"),
    path("assessments/<uuid:pk>/review/measures/", deciding.review_several, name="review_several"),
    path(
        "assessments/<uuid:pk>/review/withdraw/", deciding.review_withdraw, name="review_withdraw"
    ),
    path(
        "assessments/<uuid:pk>/review/measures/<str:code>/",
        measures.measure_review,
        name="measure_review",
    ),
    path(
        "assessments/<uuid:pk>/review/answers/<slug:code>/",
        threads.answer_review,
        name="answer_review",
    ),
    path(
        "assessments/<uuid:pk>/review/threads/<int:thread>/", threads.thread_act, name="thread_act"
    ),
    path(
        "assessments/<uuid:pk>/review/reviewers/",
        reviewers.assessment_reviewers,
        name="assessment_reviewers",
    ),
    path("assessments/<uuid:pk>/review/amend/", amending.assessment_amend, name="assessment_amend"),
    path("assessments/<uuid:pk>/what-if/", insight.what_if_page, name="what_if"),
    path("assessments/<uuid:pk>/flow/", insight.flow_page, name="flow"),
    path("assessments/<uuid:pk>/risk/", insight.risk_page, name="risk_profile"),
    path("assessments/<uuid:pk>/precedents/", insight.precedents_page, name="precedents"),
    path(
        "assessments/<uuid:pk>/reassess/",
        reassessment.assessment_reassess,
        name="assessment_reassess",
    ),
    path(
        "assessments/<uuid:pk>/second/",
        second_assessment.assessment_second,
        name="assessment_second",
    ),
    path(
        "assessments/<uuid:pk>/second/stop/",
        second_assessment.assessment_unpair,
        name="assessment_unpair",
    ),
    path(
        "assessments/<uuid:pk>/agreement/",
        second_assessment.assessment_agreement,
        name="assessment_agreement",
    ),
    path(
        "assessments/<uuid:pk>/agreement/reconcile/",
        second_assessment.assessment_reconcile,
        name="assessment_reconcile",
    ),
    path("reviews/", waiting_reviews.review_list, name="review_list"),
    path("notifications/", notifications.notification_list, name="notification_list"),
    path("notifications/<int:pk>/", notifications.notification_open, name="notification_open"),
    path(
        "notifications/preferences/",
        notifications.notification_preferences,
        name="notification_preferences",
    ),
    path("our-part/", our_part.our_part, name="our_part"),
    path("people/", people.people, name="people"),
    path("people/new/", people.person_new, name="person_new"),
    path("people/<int:pk>/", people.person_edit, name="person_edit"),
    path("people/<int:pk>/leaving/", people.person_leaving, name="person_leaving"),
    path("transfers/<int:pk>/", people.transfer_decide, name="transfer_decide"),
    path("people/<int:pk>/link/", people.person_link, name="person_link"),
    path("people/<int:pk>/sign-out/", people.person_sign_out, name="person_sign_out"),
    path("people/teams/new/", people.team_new, name="team_new"),
    path("people/teams/<int:pk>/", people.team_edit, name="team_edit"),
    path("record/", record.record_page, name="record"),
    path("record/<uuid:pk>/", record.chain_page, name="record_chain"),
    path("catalogue/", catalogue.overview, name="catalogue"),
    path("catalogue/draft/", drafts.draft_page, name="draft"),
    path("catalogue/draft/start/", drafts.draft_start, name="draft_start"),
    path("catalogue/draft/discard/", drafts.draft_discard, name="draft_discard"),
    path("catalogue/draft/export/", drafts.draft_export, name="draft_export"),
    path("catalogue/draft/import/", drafts.draft_import, name="draft_import"),
    path("catalogue/draft/propose/", drafts.draft_propose, name="draft_propose"),
    path("catalogue/draft/proposal/end/", drafts.proposal_end, name="proposal_end"),
    path("catalogue/draft/publish/", drafts.draft_publish, name="draft_publish"),
    path(
        "catalogue/draft/invariants/<str:code>/decide/",
        drafts.invariant_decide,
        name="invariant_decide",
    ),
    path("catalogue/draft/translations/", translations.translation_list, name="translation_list"),
    path(
        "catalogue/draft/translations/<slug:language>/",
        translations.translation_language,
        name="translation_language",
    ),
    path(
        "catalogue/draft/translations/<slug:language>/<slug:kind>/<path:code>/",
        translations.translation_edit,
        name="translation_edit",
    ),
    path("catalogue/draft/impact/", impact.draft_impact, name="draft_impact"),
    path("catalogue/draft/try/", impact.draft_try, name="draft_try"),
    path(
        "catalogue/draft/table/measures/<str:code>/",
        entries.rules_of_measure,
        name="rules_of_measure",
    ),
    path(
        "catalogue/draft/table/questions/<slug:code>/",
        entries.rules_of_question,
        name="rules_of_question",
    ),
    path("catalogue/draft/<slug:kind>/", entries.entry_list, name="entry_list"),
    path("catalogue/draft/<slug:kind>/new/", entries.entry_new, name="entry_new"),
    path(
        "catalogue/draft/<slug:kind>/<path:code>/remove/", entries.entry_remove, name="entry_remove"
    ),
    path("catalogue/draft/<slug:kind>/<path:code>/", entries.entry_edit, name="entry_edit"),
    path("catalogue/language/", translations.catalogue_language, name="catalogue_language"),
    path("catalogue/editions/", differences.edition_list, name="edition_list"),
    path(
        "catalogue/editions/<int:first>/<int:second>/",
        differences.edition_differences,
        name="edition_differences",
    ),
    path("catalogue/reassess/", reassessment.reassess_many, name="reassess_many"),
    path("catalogue/measures/", catalogue.measures, name="measure_list"),
    path("catalogue/measures/<str:code>/dmn/", catalogue.measure_dmn, name="measure_dmn"),
    path("catalogue/measures/<str:code>/", catalogue.measure, name="measure_detail"),
    path("catalogue/actors/", catalogue.actors, name="actor_list"),
    path("catalogue/actors/<slug:code>/", catalogue.actor, name="actor_detail"),
    path(
        "catalogue/actors/<slug:code>/download/<str:name>/",
        downloads.actor_download,
        name="actor_download",
    ),
    path("catalogue/organisations/", catalogue.organisations, name="organisation_list"),
    path("catalogue/questions/", catalogue.questions, name="question_list"),
    path("catalogue/questions/<slug:code>/", catalogue.question, name="question_detail"),
    path("catalogue/sources/", catalogue.sources, name="source_list"),
    path("token/", tokens.token_page, name="token"),
    path("token/new/", tokens.token_new, name="token_new"),
    path("token/revoke/", tokens.token_revoke, name="token_revoke"),
    path("api/editions/", api.editions, name="api_editions"),
    path("api/editions/<int:number>/<int:revision>/", api.edition, name="api_edition"),
    path("schemas/<slug:kind>.json", downloads.file_schema, name="export_schema"),
    path("api/schema/", api.schema, name="api_schema"),
    path("api/draft/", api.draft, name="api_draft"),
    path("api/draft/proposal/", api.proposal, name="api_proposal"),
    path("api/draft/<slug:kind>/<path:code>/", api.entry, name="api_entry"),
]
