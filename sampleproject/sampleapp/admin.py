from __future__ import annotations

from django.contrib import admin

from sampleproject.sampleapp.models import SampleModel


@admin.register(SampleModel)
class SampleModelAdmin(admin.ModelAdmin):
    list_display = ("text", "number", "requester", "date")
    search_fields = ("text",)
