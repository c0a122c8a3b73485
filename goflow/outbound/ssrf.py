"""
Which addresses webhooks may go to. A webhook must never reach what only this machine can reach.

The text of a URL is read strictly: what two programs could read differently is refused instead of guessed.
Names are resolved once; every address they lead to has to pass, and only these are connected to.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from goflow.conf import conf
from goflow.outbound.refusals import AddressRefused, UrlRefused

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PORTS = {"http": 80, "https": 443}
LONGEST = 500
LONGEST_HOST = 253
LAST_PORT = 65_535

URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?]*)(/[^?]*)?(\?.*)?", re.ASCII)
PLACE = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]]+))(?::([0-9]{1,5}))?", re.ASCII)
# Letters, digits and hyphens in labels, as in the names of hosts.
NAME = re.compile(r"(?:(?!-)[a-z0-9-]{1,63}(?<!-)\.)*(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
# Blanks, control characters, and what programs read as separators or leave out.
UNREADABLE = re.compile(r"[\x00-\x20\x7f-\x9f\"#<>\\^`{|}]")
PATH = re.compile(r"(?:[!$&'()*+,./0-9:;=?@A-Z_a-z~\[\]-]|%[0-9A-Fa-f]{2})*", re.ASCII)

GLOBAL = ip_network("2000::/3")
TRANSLATED = ip_network("64:ff9b::/96")  # IPv4 through NAT64
CLOSED: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # relays of 6to4
        "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",  # documentation
    )
)
"""Networks that some versions of Python count as global."""


@dataclass(frozen=True, slots=True)
class Target:
    """
    A URL taken apart. ``host`` is in lower case and ASCII; ``address`` is set when it is a literal one.
    """

    scheme: str
    host: str
    port: int
    path: str
    address: Address | None = None

    @property
    def authority(self) -> str:
        """
        What the Host header says.
        """
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def parse(url: str) -> Target:
    """
    Take a URL apart and check everything that needs no name to be resolved.

    Raises UrlRefused; AddressRefused for a literal address that is not public.
    """
    if len(url) > LONGEST:
        raise UrlRefused(problem=_("it is longer than 500 characters."))
    if UNREADABLE.search(url):
        raise _refused(_("it holds blanks, backslashes, a fragment or other unsafe characters."))
    found = URL.fullmatch(url)
    if found is None:
        raise _refused(_("it is not complete. Write it as https://receiver.example.com/path."))
    scheme, authority, path, query = found.groups(default="")
    scheme = _scheme(scheme.lower())
    host, port = _place(authority, scheme)
    if not PATH.fullmatch(path + query):
        raise _refused(_("its path has characters that must be percent-encoded."))
    target = Target(scheme, host, port, (path or "/") + query, _literal(host))
    if target.address is not None:
        _require(target.host, target.address, allowed_networks())
    return target


def addresses(target: Target) -> tuple[str, ...]:
    """
    Where the host may be connected to: all its addresses, resolved once, when every one of them is allowed.

    Raises AddressRefused, or OSError when the name does not resolve.
    """
    if target.address is not None:
        return (str(target.address),)
    allowed = allowed_networks()
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    places = tuple(dict.fromkeys(str(place[0]) for *_unused, place in found))
    for place in places:
        _require(target.host, ip_address(place), allowed)
    if not places:
        raise AddressRefused(host=target.host, address=_("no address"))
    return places


def allowed_networks() -> tuple[Network, ...]:
    """
    ``GOFLOW_WEBHOOK_ALLOWED_NETWORKS``. Raises ValueError for a text that is no network.
    """
    return tuple(ip_network(text) for text in conf.WEBHOOK_ALLOWED_NETWORKS)


def is_allowed(address: Address, allowed: tuple[Network, ...] = ()) -> bool:
    """
    Whether an address is public, or in a network that the project allows. Embedded IPv4 addresses count.
    """
    embedded = _embedded(address)
    if embedded is not None:
        return is_allowed(embedded, allowed)
    if any(address in network for network in allowed):
        return True
    if isinstance(address, IPv6Address) and (address.scope_id or address not in GLOBAL):
        return False
    if any(address in network for network in CLOSED):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _embedded(address: Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped


def _require(host: str, address: Address, allowed: tuple[Network, ...]) -> None:
    if not is_allowed(address, allowed):
        raise AddressRefused(host=host, address=str(address))


def _refused(problem: Promise | str) -> UrlRefused:
    return UrlRefused(problem=problem)


def _scheme(scheme: str) -> str:
    if scheme not in PORTS or scheme not in conf.WEBHOOK_ALLOWED_SCHEMES:
        text = _("%(scheme)s is not among GOFLOW_WEBHOOK_ALLOWED_SCHEMES (%(allowed)s).")
        allowed = ", ".join(conf.WEBHOOK_ALLOWED_SCHEMES)
        raise _refused(str(text) % {"scheme": scheme, "allowed": allowed})
    return scheme


def _place(authority: str, scheme: str) -> tuple[str, int]:
    if "@" in authority:
        raise _refused(_("it holds a user name or password. Use a header of the endpoint instead."))
    found = PLACE.fullmatch(authority)
    if found is None:
        raise _refused(_("its host or port cannot be read."))
    literal, name, port = found.groups(default="")
    host = _ipv6(literal) if literal else _name(name)
    return host, _port(port, scheme)


def _port(text: str, scheme: str) -> int:
    port = int(text) if text else PORTS[scheme]
    if port not in conf.WEBHOOK_ALLOWED_PORTS or not 0 < port <= LAST_PORT:
        told = _("port %(port)s is not among GOFLOW_WEBHOOK_ALLOWED_PORTS (%(allowed)s).")
        allowed = ", ".join(str(one) for one in conf.WEBHOOK_ALLOWED_PORTS)
        raise _refused(str(told) % {"port": port, "allowed": allowed})
    return port


def _ipv6(text: str) -> str:
    try:
        return str(IPv6Address(text))
    except ValueError as exc:
        raise _refused(_("its host is no IPv6 address.")) from exc


def _name(text: str) -> str:
    host = (text if text.isascii() else _as_ascii(text)).lower()
    if NUMBER.fullmatch(host.rpartition(".")[2]):
        return _ipv4(host)
    if len(host) > LONGEST_HOST or not NAME.fullmatch(host):
        raise _refused(_("its host is no name of a host. Write it without a dot at the end."))
    return host


def _ipv4(text: str) -> str:
    """
    Four decimal numbers; every other spelling of an address is read differently by different programs.
    """
    try:
        return str(IPv4Address(text))
    except ValueError as exc:
        raise _refused(_("its host is a number. Write an address as four decimal numbers.")) from exc


def _as_ascii(text: str) -> str:
    """
    The ``xn--`` form, where the way there and back changes nothing.

    IDNA takes look-alikes of dots, digits and letters for the real ones and leaves out what cannot be seen;
    its versions do not agree on some letters. All of that is refused.
    """
    try:
        found = text.encode("idna")
        same = found.decode("idna") == text.lower()
    except UnicodeError:
        same = False
    if not same:
        raise _refused(_("its host has characters that are ambiguous. Write the “xn--” form."))
    return found.decode("ascii")


def _literal(host: str) -> Address | None:
    if ":" in host:
        return IPv6Address(host)
    return IPv4Address(host) if NUMBER.fullmatch(host.rpartition(".")[2]) else None
