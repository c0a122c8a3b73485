"""
What people fill in. Answers become the data of the request, which the conditions of the processes read.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from goflow.desk.forms import plain
from goflow.runtime.task import Task
from sampleproject.sampleapp.models import SampleModel


class SampleForm(forms.ModelForm):
    """
    A sample: its text and its number.
    """

    class Meta:
        model = SampleModel
        fields = ["text", "number"]

    def for_user(self, user: User) -> None:
        """
        Note who asks.
        """
        self.instance.requester = user


class NumberedForm(SampleForm):
    """
    A sample whose number is an amount, and so may not be left out.
    """

    class Meta(SampleForm.Meta):
        labels = {"text": _("What for"), "number": _("Amount")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].required = True


class ReadForm(forms.ModelForm):
    """
    Nothing to fill in, only to read.
    """

    class Meta:
        model = SampleModel
        fields: list[str] = []


class RequestForm(forms.Form):
    """
    Starts a request without an object; as the form of a later step it corrects the same answers.
    """

    about = "what"  # the field that becomes the title of the request

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        return {**cleaned, "title": cleaned.get(self.about, "")}

    def apply(self, task: Task) -> None:
        """
        Put the answers over the earlier ones; the title of the request stays.
        """
        answers = plain(self.cleaned_data)
        del answers["title"]
        task.data.update(answers)


class PurchaseForm(RequestForm):
    what = forms.CharField(label=_("What"), max_length=100)
    amount = forms.IntegerField(label=_("Amount"), min_value=1)


class InvoiceForm(RequestForm):
    about = "supplier"

    supplier = forms.CharField(label=_("Supplier"), max_length=100)
    amount = forms.IntegerField(label=_("Amount"), min_value=1)
    ordered = forms.IntegerField(
        label=_("Amount ordered"), min_value=1, required=False, help_text=_("Empty when there was no order.")
    )
    discount = forms.BooleanField(label=_("Discount for paying at once"), required=False)


class OnboardingForm(RequestForm):
    about = "name"

    name = forms.CharField(label=_("Name of the new colleague"), max_length=100)
    username = forms.SlugField(label=_("User name"), max_length=150)
    needs_laptop = forms.BooleanField(label=_("Needs a laptop"), required=False)
    needs_car = forms.BooleanField(label=_("Needs a company car"), required=False)


class IncidentForm(RequestForm):
    what = forms.CharField(label=_("What does not work"), max_length=200)


class TriageForm(forms.Form):
    severity = forms.TypedChoiceField(
        label=_("Severity"),
        choices=[(1, _("1: nobody can work")), (2, _("2: some cannot work")), (3, _("3: a nuisance"))],
        coerce=int,
        initial=3,
    )


class LoanForm(RequestForm):
    about = "purpose"

    purpose = forms.CharField(label=_("What for"), max_length=100)
    amount = forms.IntegerField(label=_("Amount"), min_value=100)
    income = forms.IntegerField(label=_("Income a year"), min_value=0)


class VacancyForm(RequestForm):
    about = "position"

    position = forms.CharField(label=_("Position"), max_length=100)
    salary = forms.IntegerField(label=_("Salary a year"), min_value=1)


class ClaimForm(RequestForm):
    what = forms.CharField(label=_("What happened"), max_length=200)
    amount = forms.IntegerField(label=_("Amount claimed"), min_value=1)
    injured = forms.BooleanField(label=_("Somebody was injured"), required=False)
    theft = forms.BooleanField(label=_("Something was stolen"), required=False)


class OrderForm(RequestForm):
    about = "article"

    article = forms.CharField(label=_("Article"), max_length=100)
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1)
    total = forms.IntegerField(label=_("Total"), min_value=1)


class DeliveryForm(forms.Form):
    delivered = forms.IntegerField(label=_("Pieces that arrived"), min_value=0)


class DocumentForm(RequestForm):
    about = "name"

    name = forms.CharField(label=_("Document"), max_length=100)


class SampleTaskForm(forms.Form):
    """
    One field of each kind, to see how goflow's pages render it.
    """

    text = forms.CharField(label=_("Text"), max_length=100, help_text=_("A short text."))
    remark = forms.CharField(label=_("Remark"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    number = forms.IntegerField(label=_("Number"), required=False)
    day = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    choice = forms.ChoiceField(label=_("Choice"), choices=[("a", _("First")), ("b", _("Second"))])
    priority = forms.ChoiceField(
        label=_("Priority"),
        choices=[(0, _("normal")), (1, _("urgent")), (5, _("emergency"))],
        widget=forms.RadioSelect,
        initial=0,
    )
    agreed = forms.BooleanField(label=_("Agreed"))


class PaymentForm(RequestForm):
    about = "payee"

    payee = forms.CharField(label=_("Payee"), max_length=100)
    iban = forms.CharField(label=_("IBAN"), max_length=34)
    amount = forms.IntegerField(label=_("Amount"), min_value=1)


class QuoteForm(RequestForm):
    about = "subject"

    subject = forms.CharField(label=_("Subject"), max_length=100)
    text = forms.CharField(label=_("Text"), widget=forms.Textarea)
