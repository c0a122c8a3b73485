from __future__ import annotations

from django.contrib import admin

from leavedemo.leave.models import Account, LeaveRequest, Manager


@admin.register(LeaveRequest)
class LeaveRequestAdmin(admin.ModelAdmin):
    list_display = ["requester", "type", "day_start", "day_end", "days_debited", "date"]
    list_filter = ["type"]
    list_select_related = ["requester"]
    search_fields = ["requester__username", "reason"]
    readonly_fields = ["days_debited", "date"]


@admin.register(Manager)
class ManagerAdmin(admin.ModelAdmin):
    list_display = ["user", "category"]
    list_filter = ["category"]
    list_select_related = ["user"]
    filter_horizontal = ["users"]


@admin.register(Account)
class AccountAdmin(admin.ModelAdmin):
    list_display = ["user", "category", "days"]
    list_filter = ["category"]
    list_select_related = ["user"]
    search_fields = ["user__username"]
