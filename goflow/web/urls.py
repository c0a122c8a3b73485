"""
The addresses of the pages, below wherever the project mounts ``goflow.urls``.
"""

from __future__ import annotations

from django.urls import path

from goflow.desk import addresses  # noqa: F401 - registers <key:pk>
from goflow.web import (
    accounts,
    appearance,
    bell,
    differences,
    exchanging,
    instance,
    lifecycle,
    lists,
    monitor,
    preferences,
    processes,
    starting,
    workitem,
)

urlpatterns = [
    path("", lists.home, name="home"),
    path("accounts/login/", accounts.SignIn.as_view(), name="login"),
    path("theme/", appearance.choose, name="theme"),
    path("logout/", accounts.sign_out, name="logout"),
    path("mywork/", lists.my_work, name="mywork"),
    path("mywork/activate/<key:pk>/", workitem.activate, name="activate"),
    path("mywork/complete/<key:pk>/", workitem.complete, name="complete"),
    path("available/", lists.available, name="available"),
    path("myrequests/", lists.my_requests, name="myrequests"),
    path("myrequests/instancehistory/", lists.history, name="myrequests_history"),
    path("done/", lists.done, name="done"),
    path("otherswork/", lists.others_work, name="otherswork"),
    path("otherswork/instancehistory/", lists.history, name="otherswork_history"),
    path("start/", starting.catalogue, name="start"),
    path("start/<str:app_label>/<str:model>/", starting.start_model, name="start_model"),
    path("start_proto/<str:process>/", starting.start_proto, name="start_proto"),
    path("workitems/<key:pk>/", workitem.WorkItemView.as_view(), name="workitem"),
    path("workitems/<key:pk>/release/", workitem.release, name="release"),
    path("workitems/<key:pk>/reassign/", workitem.reassign, name="reassign"),
    path("workitems/<key:pk>/forward/", workitem.forward, name="forward"),
    path("instances/<key:pk>/", instance.instance, name="instance"),
    path("instances/<key:pk>/cancel/", instance.cancel, name="cancel"),
    path("instances/<key:pk>/suspend/", instance.suspend, name="suspend"),
    path("instances/<key:pk>/resume/", instance.resume, name="resume"),
    path("incidents/<key:pk>/retry/", instance.retry, name="retry"),
    path("monitor/", monitor.monitor, name="monitor"),
    path("notifications/", bell.listed, name="notifications"),
    path("notifications/unread/", bell.unread, name="notifications_unread"),
    path("notifications/read/", bell.all_read, name="notifications_read"),
    path("notifications/<key:pk>/open/", bell.opened, name="notification_open"),
    path("notifications/settings/", preferences.settings, name="notification_settings"),
    path("notifications/unsubscribe/<str:token>/", preferences.unsubscribe, name="unsubscribe"),
    path("process/", processes.processes, name="processes"),
    path("process/import/", exchanging.bring_in, name="process_import"),
    path("process/dot/<key:pk>/", monitor.process_dot, name="process_dot"),
    path("process/<key:pk>/", processes.process, name="process"),
    path("process/<key:pk>/versions/", processes.versions, name="process_versions"),
    path("process/<key:pk>/publish/", lifecycle.publish, name="process_publish"),
    path("process/<key:pk>/clone/", lifecycle.clone, name="process_clone"),
    path("process/<key:pk>/retire/", lifecycle.retire, name="process_retire"),
    path("process/<key:pk>/discard/", lifecycle.discard, name="process_discard"),
    path("process/<key:pk>/diff/", differences.compare, name="process_diff"),
    path("process/<key:pk>/export/", exchanging.export, name="process_export"),
]
