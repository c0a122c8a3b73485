"""
The code that the sample processes name: forms, and applications that run without anybody.
"""

from __future__ import annotations

from django.contrib.auth.models import User

import goflow
from goflow.journal.models import OutboxMessage
from goflow.runtime.task import Task
from sampleproject.sampleapp import forms, gateway, pushapps
from sampleproject.sampleapp.models import SampleModel

__all__ = ["pushapps"]

FORMS = {
    "sampleapp.samplemodel.start": forms.SampleForm,
    "sampleapp.edit": forms.SampleForm,
    "sampleapp.read": forms.ReadForm,
    "expense-claim.start": forms.NumberedForm,
    "sampleapp.expense": forms.NumberedForm,
    "purchase-approval.start": forms.PurchaseForm,
    "sampleapp.purchase": forms.PurchaseForm,
    "supplier-invoice.start": forms.InvoiceForm,
    "sampleapp.invoice": forms.InvoiceForm,
    "onboarding.start": forms.OnboardingForm,
    "it-incident.start": forms.IncidentForm,
    "sampleapp.triage": forms.TriageForm,
    "loan-application.start": forms.LoanForm,
    "sampleapp.loan": forms.LoanForm,
    "recruitment.start": forms.VacancyForm,
    "insurance-claim.start": forms.ClaimForm,
    "sampleapp.claim": forms.ClaimForm,
    "customer-order.start": forms.OrderForm,
    "sampleapp.delivery": forms.DeliveryForm,
    "document-review.start": forms.DocumentForm,
    "bank-payment.start": forms.PaymentForm,
    "sampleapp.payment": forms.PaymentForm,
    "translation-quote.start": forms.QuoteForm,
}
for name, form in FORMS.items():
    goflow.form(name)(form)

LOW_RISK, HIGH_RISK = 2, 6  # a loan of so many yearly incomes


class NobodyToWriteTo(ValueError):
    """
    A mail has no recipient with an address.
    """


class UserNameTaken(ValueError):
    """
    The account to be made exists already.
    """


@goflow.application("sampleapp.send_mail")
def send_mail(task: Task) -> None:
    """
    Leave a mail in the outbox: it is sent after the step is committed, or never.

    Parameters: ``subject``, and the group ``to`` it goes to; without one it goes to the requester.
    """
    group = str(task.params.get("to", ""))
    people = User.objects.filter(groups__name=group, is_active=True) if group else [task.requester]
    addresses = [person.email for person in people if person.email]
    if not addresses:
        raise NobodyToWriteTo(
            f"{group or task.requester} has no e-mail address; enter one in the administration, then retry"
        )
    subject = str(task.params.get("subject", task.activity.title))
    payload = {"to": addresses, "subject": subject, "text": task.instance.title}
    OutboxMessage.objects.create(
        kind="mail", payload=payload, instance_id=task.instance.pk, workitem_id=task.workitem.pk
    )


@goflow.application("sampleapp.number")
def number(task: Task) -> None:
    """
    Give the request a number of its own, with the parameter ``prefix``.
    """
    task.data["number"] = f"{task.params.get('prefix', 'NO')}-{task.instance.pk:05d}"


@goflow.application("sampleapp.match_invoice")
def match_invoice(task: Task) -> str:
    """
    Compare an invoice with its order.
    """
    ordered = task.data.get("ordered")
    if ordered is None:
        return "no order"
    return "match" if task.data["amount"] == ordered else "mismatch"


@goflow.application("sampleapp.assess_risk")
def assess_risk(task: Task) -> str:
    """
    How a loan compares with the yearly income: a low, medium or high risk.
    """
    amount, income = task.data["amount"], task.data["income"]
    if amount <= income * LOW_RISK:
        return "low"
    return "medium" if amount <= income * HIGH_RISK else "high"


@goflow.application("sampleapp.check_stock")
def check_stock(task: Task) -> str:
    """
    Whether the ordered quantity is there: the parameter ``stock``, and what arrived since.
    """
    arrived = task.data.get("backorder", {}).get("delivered", 0)
    there = int(str(task.params.get("stock", 0))) + arrived
    return "in stock" if task.data["quantity"] <= there else "out of stock"


@goflow.application("sampleapp.post_entry")
def post_entry(task: Task) -> None:
    """
    Write the amount of the request into the books, for the ``account`` of the parameters.
    """
    about = task.instance.wfobject()
    amount = (
        about.number if isinstance(about, SampleModel) else task.data[task.params.get("amount", "amount")]
    )
    entry = SampleModel.objects.create(
        text=f"{task.params['account']}: {task.instance.title}"[:100], number=amount, requester=task.requester
    )
    task.data["entry"] = entry.pk


@goflow.application("sampleapp.create_account")
def create_account(task: Task) -> None:
    """
    Make the account of a new colleague, without a password. A taken user name fails the step.
    """
    username = task.data["username"]
    user, is_new = User.objects.get_or_create(username=username, defaults={"first_name": task.data["name"]})
    if not is_new:
        raise UserNameTaken(
            f"the user name {username} is taken; rename the old account in the administration, then retry"
        )
    user.set_unusable_password()
    user.save(update_fields=["password"])


@goflow.application("sampleapp.pay", external=True)
def pay(task: Task) -> str:
    """
    Pay the amount of the request. Runs after commit, perhaps twice: the bank tells a repetition by the key.
    """
    try:
        task.data["payment"] = gateway.pay(task.data["iban"], task.data["amount"], key=task.key)
    except gateway.RefusedError:
        return "REFUSED"
    return "PAID"


goflow.topic("sampleapp.count_words")  # done by sampleproject/worker.py, or a worker in any language
