"""Where each page is."""

from django.urls import path

from cases.views import answering, assessments, attachments, cases, catalogue, home

urlpatterns = [
    path("", home.home, name="home"),
    path("method/", home.method, name="method"),
    path("cases/", cases.case_list, name="case_list"),
    path("cases/new/", cases.case_new, name="case_new"),
    path("cases/<uuid:pk>/", cases.case_detail, name="case_detail"),
    path("cases/<uuid:pk>/edit/", cases.case_edit, name="case_edit"),
    path("cases/<uuid:pk>/sources/new/", cases.source_new, name="source_new"),
    path("cases/<uuid:pk>/sources/<int:source>/", cases.source_edit, name="source_edit"),
    path("cases/<uuid:pk>/members/", cases.members, name="case_members"),
    path("cases/<uuid:pk>/members/<int:member>/remove/", cases.member_remove, name="member_remove"),
    path("cases/<uuid:pk>/assessments/new/", assessments.assessment_new, name="assessment_new"),
    path("assessments/<uuid:pk>/", assessments.assessment_advice, name="assessment_advice"),
    path("assessments/<uuid:pk>/answer/", answering.assessment_answer, name="assessment_answer"),
    path("assessments/<uuid:pk>/answer/<slug:section>/", answering.assessment_section, name="assessment_section"),
    path("assessments/<uuid:pk>/answers/<slug:question>/", answering.answer_save, name="answer_save"),
    path("assessments/<uuid:pk>/answers/<slug:question>/files/new/", attachments.attachment_new, name="attachment_new"),
    path("assessments/<uuid:pk>/files/<int:file>/", attachments.attachment, name="attachment"),
    path("assessments/<uuid:pk>/files/<int:file>/remove/", attachments.attachment_remove, name="attachment_remove"),
    path("assessments/<uuid:pk>/submit/", assessments.assessment_submit, name="assessment_submit"),
    path("assessments/<uuid:pk>/discard/", assessments.assessment_discard, name="assessment_discard"),
    path("assessments/<uuid:pk>/measures/<str:code>/", assessments.measure_in_advice, name="measure_in_advice"),
    path("assessments/<uuid:pk>/since/<uuid:earlier>/", assessments.assessment_compare, name="assessment_compare"),
    path("catalogue/", catalogue.overview, name="catalogue"),
    path("catalogue/measures/", catalogue.measures, name="measure_list"),
    path("catalogue/measures/<str:code>/", catalogue.measure, name="measure_detail"),
    path("catalogue/actors/", catalogue.actors, name="actor_list"),
    path("catalogue/actors/<slug:code>/", catalogue.actor, name="actor_detail"),
    path("catalogue/organisations/", catalogue.organisations, name="organisation_list"),
    path("catalogue/questions/", catalogue.questions, name="question_list"),
    path("catalogue/questions/<slug:code>/", catalogue.question, name="question_detail"),
    path("catalogue/sources/", catalogue.sources, name="source_list"),
]
