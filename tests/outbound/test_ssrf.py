"""
Where webhooks may go: hostile texts, hostile names, and proof that nothing else is ever connected to.
"""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest

from goflow.outbound import sending, ssrf
from goflow.outbound.refusals import AddressRefused, UrlRefused
from goflow.outbound.sending import Request

PUBLIC = "93.184.216.34"

HOSTILE = {
    "other schemes": """
        file:///etc/passwd
        file://localhost/etc/passwd
        file:/etc/passwd
        FILE:///etc/passwd
        gopher://127.0.0.1:6379/_FLUSHALL
        ftp://receiver.example/hook
        ftps://receiver.example/hook
        dict://127.0.0.1:11211/stats
        ldap://127.0.0.1/
        ldaps://127.0.0.1/
        tftp://127.0.0.1/x
        jar:https://receiver.example!/
        data:text/plain,hello
        javascript:alert(1)
        unix:/var/run/docker.sock
        http+unix://%2Fvar%2Frun%2Fdocker.sock/info
        ws://receiver.example/
        wss://receiver.example/
        sftp://receiver.example/
        netdoc:///etc/passwd
        about:blank
        blob:https://receiver.example/1
        view-source:https://receiver.example/
        https+http://receiver.example/
        hTTpx://receiver.example/
    """,
    "not complete": """
        receiver.example
        receiver.example/hook
        //receiver.example/hook
        ///receiver.example/hook
        /hook
        https:
        https:/
        https://
        https:///hook
        https:/receiver.example/hook
        https:receiver.example/hook
        https:///receiver.example/hook
        https://?x
        https://:443/hook
        https://.
        https://..
        https://./hook
        :https://receiver.example
        https//receiver.example
        https;//receiver.example
    """,
    "plain http": """
        http://receiver.example/hook
        HTTP://receiver.example/hook
        http://127.0.0.1/
        http://169.254.169.254/latest/meta-data/
        http://[::1]/
    """,
    "user names": """
        https://user@receiver.example/
        https://user:password@receiver.example/
        https://@receiver.example/
        https://:@receiver.example/
        https://receiver.example@127.0.0.1/
        https://receiver.example:443@127.0.0.1/
        https://receiver.example%40127.0.0.1/
        https://receiver.example%00@127.0.0.1/
        https://127.0.0.1@receiver.example/
        https://a@b@receiver.example/
        https://user@[::1]/
    """,
    "separators": r"""
        https://receiver.example\@127.0.0.1/
        https:\\receiver.example\hook
        https:/\receiver.example/hook
        https://receiver.example\hook
        https://127.0.0.1\receiver.example/
        https://receiver.example#@127.0.0.1/
        https://receiver.example/#fragment
        https://receiver.example#
        https://127.0.0.1#.receiver.example/
        https://127.0.0.1?.receiver.example/
        https://127.0.0.1;receiver.example/
        https://127.0.0.1,receiver.example/
        https://127.0.0.1&receiver.example/
        https://receiver.example,127.0.0.1/
        https://receiver_example/
        https://receiver..example/
        https://.receiver.example/
        https://receiver.example./
        https://receiver.example../
        https://-receiver.example/
        https://receiver-.example/
        https://receiver.example:443:443/
        https://receiver.example|x/
        https://receiver.example^x/
        https://{receiver}.example/
        https://<receiver>.example/
        https://receiver"example/
        https://receiver`example/
        https://receiver.example/%zz
        https://receiver.example/%
        https://receiver.example/ü
        https://$HOST/
        https://*/
        https://*.example/
        https://(receiver.example)/
    """,
    "ports": """
        https://receiver.example:80/
        https://receiver.example:22/
        https://receiver.example:25/
        https://receiver.example:6379/
        https://receiver.example:8443/
        https://receiver.example:0/
        https://receiver.example:00/
        https://receiver.example:65536/
        https://receiver.example:65979/
        https://receiver.example:4294967739/
        https://receiver.example:-443/
        https://receiver.example:+443/
        https://receiver.example:443a/
        https://receiver.example:0x1bb/
        https://receiver.example:４４３/
        https://receiver.example:٤٤٣/
        https://[2606:2800:220:1::1]:22/
    """,
    "numbers": """
        https://2130706433/
        https://0x7f000001/
        https://0x7F.0x0.0x0.0x1/
        https://0x7f.1/
        https://0x7f.0.0.1/
        https://0177.0.0.1/
        https://0177.0.0.01/
        https://017700000001/
        https://00000177.0.0.1/
        https://127.1/
        https://127.0.1/
        https://127.0.0.01/
        https://127.0.0.1./
        https://127.0.0.1.1/
        https://127.0.0.256/
        https://127.0.0.0x1/
        https://127.0.0/
        https://0/
        https://00/
        https://0x/
        https://0x0/
        https://1/
        https://1.1/
        https://3232235777/
        https://2852039166/
        https://0xa9fea9fe/
        https://0251.0376.0251.0376/
        https://169.254.43518/
        https://4294967296/
        https://99999999999/
        https://example.0x7f/
        https://example.127/
        https://1e3/
    """,
    "addresses of this machine and its neighbours": """
        https://127.0.0.1/
        https://127.0.0.1:443/
        https://127.255.255.254/
        https://0.0.0.0/
        https://0.1.2.3/
        https://10.0.0.1/
        https://10.255.255.255/
        https://100.64.0.1/
        https://100.127.255.255/
        https://169.254.0.1/
        https://169.254.169.254/latest/meta-data/
        https://169.254.170.2/v2/credentials
        https://172.16.0.1/
        https://172.31.255.255/
        https://192.0.0.1/
        https://192.0.0.9/
        https://192.0.0.170/
        https://192.0.2.1/
        https://192.88.99.1/
        https://192.168.0.1/
        https://192.168.255.255/
        https://198.18.0.1/
        https://198.19.255.255/
        https://198.51.100.1/
        https://203.0.113.1/
        https://224.0.0.1/
        https://224.0.1.1/
        https://239.255.255.255/
        https://240.0.0.1/
        https://255.255.255.255/
        https://100.100.100.200/latest/meta-data/
        https://192.0.0.192/opc/v1/instance/
    """,
    "IPv6": """
        https://[::]/
        https://[::1]/
        https://[0:0:0:0:0:0:0:1]/
        https://[0000:0000:0000:0000:0000:0000:0000:0001]/
        https://[::127.0.0.1]/
        https://[::7f00:1]/
        https://[::8.8.8.8]/
        https://[::ffff:127.0.0.1]/
        https://[::ffff:7f00:1]/
        https://[::FFFF:7F00:1]/
        https://[0:0:0:0:0:ffff:127.0.0.1]/
        https://[::ffff:10.0.0.1]/
        https://[::ffff:169.254.169.254]/
        https://[::ffff:a9fe:a9fe]/
        https://[::ffff:0:127.0.0.1]/
        https://[64:ff9b::127.0.0.1]/
        https://[64:ff9b::7f00:1]/
        https://[64:ff9b::169.254.169.254]/
        https://[64:ff9b:1::127.0.0.1]/
        https://[2002:7f00:1::]/
        https://[2002:a9fe:a9fe::1]/
        https://[2002:808:808::1]/
        https://[2001::1]/
        https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/
        https://[2001:2::1]/
        https://[2001:10::1]/
        https://[2001:20::1]/
        https://[2001:db8::1]/
        https://[3fff::1]/
        https://[100::1]/
        https://[5f00::1]/
        https://[fc00::1]/
        https://[fd00:ec2::254]/
        https://[fe80::1]/
        https://[fe80::1%25eth0]/
        https://[fe80::1%eth0]/
        https://[febf::1]/
        https://[fec0::1]/
        https://[ff02::1]/
        https://[ff0e::1]/
        https://[::1%25lo]/
        https://[::1]./
        https://[::1].receiver.example/
        https://[::1/
        https://::1]/
        https://::1/
        https://[[::1]]/
        https://[]/
        https://[:]/
        https://[1::2::3]/
        https://[12345::1]/
        https://[::ffff:127.0.0.01]/
        https://[::ffff:0x7f.0.0.1]/
        https://[127.0.0.1]/
        https://[v1.x]/
        https://[receiver.example]/
        https://2001:db8::1/
    """,
    "look-alikes": """
        https://①②⑦.⓪.⓪.①/
        https://１２７.０.０.１/
        https://127。0。0。1/
        https://127．0．0．1/
        https://127｡0｡0｡1/
        https://١٢٧.٠.٠.١/
        https://receiver。example/
        https://receiver．example/
        https://ｒｅｃｅｉｖｅｒ.example/
        https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/
        https://straße.example/
        https://receiver\u200d.example/
        https://receiver\u200b.example/
        https://receiver\u00ad.example/
        https://receiver\u202eelpmaxe/
        https://receiver\u2044example/
        https://receiver\uff0f.example/
        https://receiver\u2100.example/
        https://receiver\uff20127.0.0.1/
        https://𝟏𝟐𝟕.𝟎.𝟎.𝟏/
        https://receiver.exam\ud800ple/
        \ufeffhttps://receiver.example/
        ｈttps://receiver.example/
    """,
}

CONTROLS = [
    " https://receiver.example/",
    "https://receiver.example/ ",
    "https://receiver.example/a b",
    "https://receiver.example/\r\nX-Injected: yes",
    "https://receiver.example/\n",
    "https://receiver.example\r\n.internal/",
    "https://receiver.example\t/",
    "ht\ntps://receiver.example/",
    "\thttps://receiver.example/",
    "\x00https://receiver.example/",
    "https://receiver.example\x00/",
    "https://127.0.0.1\x00.receiver.example/",
    "https://receiver.example/\x7f",
    "https://receiver.example/\x85",
    "https://receiver\u00a0.example/",
    "https://receiver\u3000.example/",
    "",
    " ",
    "https://" + "a" * 64 + ".example/",
    "https://" + "a." * 127 + "example/",
    "https://receiver.example/" + "a" * 500,
    "https://xn--/",
    "https://" + "ü" * 60 + ".example/",
]

# Names that a resolver answers with addresses that are not public.
NAMES = {
    "localhost": ["127.0.0.1", "::1"],
    "localhost.localdomain": ["127.0.0.1"],
    "ip6-localhost": ["::1"],
    "127.0.0.1.nip.io": ["127.0.0.1"],
    "10.0.0.1.sslip.io": ["10.0.0.1"],
    "localtest.me": ["127.0.0.1"],
    "metadata": ["169.254.169.254"],
    "metadata.google.internal": ["169.254.169.254"],
    "instance-data": ["169.254.169.254"],
    "kubernetes.default.svc": ["10.96.0.1"],
    "host.docker.internal": ["172.17.0.1"],
    "redis": ["172.18.0.2"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "nat64.example": ["64:ff9b::7f00:1"],
    "tunnel.example": ["2002:7f00:1::1"],
    "teredo.example": ["2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    "site.example": ["fec0::1"],
    "link.example": ["fe80::1%eth0"],
    "unique.example": ["fd00:ec2::254"],
    "carrier.example": ["100.64.0.1"],
    "nowhere.example": ["0.0.0.0"],
    "any.example": ["::"],
    "group.example": ["224.0.0.251"],
    "documentation.example": ["192.0.2.1"],
    "both.example": [PUBLIC, "127.0.0.1"],
    "first-bad.example": ["10.0.0.1", PUBLIC],
    "families.example": ["2606:2800:220:1:248:1893:25c8:1946", "::1"],
    "one-of-many.example": [PUBLIC] * 5 + ["192.168.1.1"],
    "nothing.example": [],
    "xn--bcher-kva.example": ["127.0.0.1"],
}

TEXTS = [line.strip() for group in HOSTILE.values() for line in group.strip().splitlines()]
# What the table writes as an escape is the character.
TEXTS = [
    text.encode("latin-1", "backslashreplace").decode("unicode_escape") if "\\u" in text else text
    for text in TEXTS
]
FORMS = [*TEXTS, *CONTROLS, *(f"https://{name}/hook" for name in NAMES)]


@pytest.fixture
def resolver(monkeypatch):
    """
    A resolver that knows our names only: ``answers[name]`` is a list, or a function that makes one.
    """
    answers = {"receiver.example": [PUBLIC], **NAMES}
    asked = []

    def getaddrinfo(host, port, *args, **options):
        asked.append(host)
        found = answers.get(host)
        if found is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [
            (socket.AF_INET6 if ":" in place else socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, port))
            for place in (found() if callable(found) else found)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    getaddrinfo.answers, getaddrinfo.asked = answers, asked
    return getaddrinfo


@pytest.fixture
def connected(monkeypatch):
    """
    Every address that anybody tries to connect to; no connection is made.
    """
    tried = []

    def connect(line, address):
        tried.append(address[0])
        raise ConnectionRefusedError("not in this test")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket.socket, "connect_ex", connect)
    return tried


def send(url: str) -> sending.Answer:
    return sending.send(Request(url, {"Content-Type": "application/json"}, b"{}", timeout=1.0))


def test_the_table_is_long():
    assert len(set(FORMS)) == len(FORMS) > 250


@pytest.mark.parametrize("url", FORMS)
def test_a_hostile_form_leads_nowhere(url, resolver, connected):
    answer = send(url)
    assert answer.status is None
    assert answer.error
    assert connected == []


@pytest.mark.parametrize("url", FORMS)
def test_no_form_leads_to_an_address_that_is_not_public_whatever_is_allowed(
    url, settings, resolver, connected
):
    settings.GOFLOW_WEBHOOK_ALLOWED_SCHEMES = ["http", "https"]
    settings.GOFLOW_WEBHOOK_ALLOWED_PORTS = range(65_536)
    send(url)
    assert [place for place in connected if not ip_address(place).is_global] == []


def test_the_hook_sees_connections(resolver, connected):
    answer = send("https://receiver.example/hook")
    assert connected == [PUBLIC]
    assert answer.error == ("ConnectionRefusedError: not in this test")


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://receiver.example", "receiver.example", 443, "/"),
        ("https://Receiver.EXAMPLE/Hook", "receiver.example", 443, "/Hook"),
        ("HTTPS://receiver.example:443/hook?a=1&b=%20", "receiver.example", 443, "/hook?a=1&b=%20"),
        ("https://receiver.example?a=/@:", "receiver.example", 443, "/?a=/@:"),
        ("https://bücher.example/", "xn--bcher-kva.example", 443, "/"),
        ("https://93.184.216.34/", PUBLIC, 443, "/"),
        ("https://[2606:2800:220:1::1]/", "2606:2800:220:1::1", 443, "/"),
        ("https://[64:ff9b::5db8:d822]/", "64:ff9b::5db8:d822", 443, "/"),
        ("https://a-b.c1.example/~x/;y,z(1)!$&'*+=", "a-b.c1.example", 443, "/~x/;y,z(1)!$&'*+="),
    ],
)
def test_ordinary_addresses_are_accepted(url, host, port, path):
    target = ssrf.parse(url)
    assert (target.host, target.port, target.path) == (host, port, path)


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("https://receiver.example:443/", "receiver.example"),
        ("https://receiver.example:8443/", "receiver.example:8443"),
        ("https://[2606:2800:220:1::1]:8443/", "[2606:2800:220:1::1]:8443"),
    ],
)
def test_the_host_header_names_the_port_when_it_is_unusual(settings, url, authority):
    settings.GOFLOW_WEBHOOK_ALLOWED_PORTS = [443, 8443]
    assert ssrf.parse(url).authority == authority


@pytest.mark.parametrize(
    ("url", "setting"),
    [
        ("http://receiver.example/", "GOFLOW_WEBHOOK_ALLOWED_SCHEMES"),
        ("https://receiver.example:8443/", "GOFLOW_WEBHOOK_ALLOWED_PORTS"),
        ("https://10.0.0.1/", "GOFLOW_WEBHOOK_ALLOWED_NETWORKS"),
    ],
)
def test_a_refusal_names_the_setting_that_allows_it(url, setting):
    with pytest.raises((UrlRefused, AddressRefused), match=setting):
        ssrf.parse(url)


@pytest.mark.parametrize("place", ["10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::10.1.2.3", "fd00::1"])
def test_allowed_networks_may_be_reached(settings, resolver, connected, place):
    settings.GOFLOW_WEBHOOK_ALLOWED_NETWORKS = ["10.1.0.0/16", "fd00::/8"]
    resolver.answers["inside.example"] = [place]
    send("https://inside.example/hook")
    assert connected == [place]


def test_the_networks_beside_an_allowed_one_stay_closed(settings, resolver, connected):
    settings.GOFLOW_WEBHOOK_ALLOWED_NETWORKS = ["10.1.0.0/16"]
    resolver.answers["inside.example"] = ["10.1.2.3", "10.2.0.1"]
    assert "leads to 10.2.0.1" in send("https://inside.example/hook").error
    assert connected == []


def test_a_name_is_resolved_once(resolver, connected):
    send("https://receiver.example/hook")
    assert resolver.asked == ["receiver.example"]


def test_a_resolver_that_changes_its_mind_changes_nothing(resolver, connected):
    answers = iter([[PUBLIC], ["127.0.0.1"], ["169.254.169.254"]])
    resolver.answers["rebinding.example"] = lambda: next(answers)
    send("https://rebinding.example/hook")
    assert connected == [PUBLIC]
    send("https://rebinding.example/hook")
    assert connected == [PUBLIC]


def test_every_address_is_tried(resolver, connected):
    resolver.answers["receiver.example"] = [PUBLIC, "93.184.216.35", PUBLIC]
    send("https://receiver.example/hook")
    assert connected == [PUBLIC, "93.184.216.35"]


def test_an_unknown_name_is_told(resolver, connected):
    assert "Name or service not known" in send("https://unknown.example/").error


def test_a_network_that_is_none_is_told(settings, resolver, connected):
    settings.GOFLOW_WEBHOOK_ALLOWED_NETWORKS = ["10.0.0.1/8"]
    assert "10.0.0.1/8 has host bits set" in send("https://receiver.example/").error
    assert connected == []
