"""
What is wrong with a webhook endpoint, or with what somebody wants of it.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from goflow.errors import Invalid, NotFound, WrongState


class UrlRefused(Invalid):
    """
    The text is no address that webhooks may go to. Nothing was resolved or contacted.
    """

    code = "webhook-url-refused"
    template = _("The address of the webhook is refused: %(problem)s")


class AddressRefused(Invalid):
    """
    The name leads to an address that is not public, or to none.
    """

    code = "webhook-address-refused"
    template = _(
        "“%(host)s” leads to %(address)s, which is not public. "
        "Add its network to GOFLOW_WEBHOOK_ALLOWED_NETWORKS if it may be reached."
    )


class HeaderRefused(Invalid):
    """
    An endpoint's own header would break the request, or overwrite one of goflow's.
    """

    code = "webhook-header-refused"
    template = _("The header “%(name)s” cannot be sent: %(problem)s")


class SecretRefused(Invalid):
    """
    A secret that is too weak or that receivers could not use.
    """

    code = "webhook-secret-refused"
    template = _(
        "Use a secret of 24 to 200 visible ASCII characters, or “whsec_” with the base64 text of 24 to 64 "
        "bytes; or leave it blank to get a good one."
    )


class SecretUnreadable(WrongState):
    """
    None of the present keys decrypts the secret of the endpoint.
    """

    code = "webhook-secret-unreadable"
    template = _(
        "The secret of this endpoint cannot be read. Put the key it was stored with back into "
        "GOFLOW_WEBHOOK_KEYS or SECRET_KEY_FALLBACKS, or rotate the secret."
    )


class WebhooksOff(WrongState):
    """
    The project delivers no webhooks.
    """

    code = "webhooks-off"
    template = _("Webhooks are switched off. Set GOFLOW_WEBHOOK_ENABLED = True in the settings first.")


class EndpointDisabled(WrongState):
    """
    Nothing is sent to a disabled endpoint.
    """

    code = "webhook-endpoint-disabled"
    template = _("The webhook endpoint “%(endpoint)s” is disabled. Enable it first.")


class EndpointNotFound(NotFound):
    """
    No webhook endpoint goes by that name or id, or not for this person.
    """

    code = "webhook-endpoint-not-found"
    template = _("There is no webhook endpoint “%(endpoint)s”. Create one, or check the name.")


class DeliveryNotFound(NotFound):
    """
    No delivery has that id, or not for this person.
    """

    code = "webhook-delivery-not-found"
    template = _("There is no webhook delivery %(delivery)s. Open it from the list again.")
