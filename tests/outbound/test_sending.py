"""
One attempt against real receivers, of every bad kind.
"""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from contextlib import contextmanager

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from goflow.outbound import connecting, sending
from goflow.outbound.sending import Request
from tests.outbound.hooks import allow_local
from tests.outbound.receivers import PATIENCE, receiver

NAME = "receiver.example"


@pytest.fixture(autouse=True)
def _on(settings):
    allow_local(settings)


@pytest.fixture
def short(monkeypatch):
    """
    Little time for an attempt: what is tested is that it ends, not when.
    """
    monkeypatch.setattr(sending, "DEADLINE", 0.5)


@pytest.fixture
def resolved(monkeypatch):
    """
    Every name leads to the loopback interface.
    """

    def getaddrinfo(host, port, *args, **options):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def send(url: str, timeout: float = PATIENCE, body: bytes = b'{"a":1}') -> sending.Answer:
    return sending.send(Request(url, {"Content-Type": "application/json"}, body, timeout))


def certificate(*names: str, folder) -> tuple[str, str]:
    """
    A certificate for these names that only its owner vouches for, with its key: paths.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    now = datetime.datetime.now(tz=datetime.timezone.utc)
    kinds = [
        x509.IPAddress(ipaddress.ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
        for name in names
    ]
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(kinds), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / f"{names[0]}.pem", folder / f"{names[0]}.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return str(public), str(private)


@pytest.fixture
def secure(tmp_path, monkeypatch):
    """
    ``secure(*names)``: a context for a receiver with a certificate for these names, which we trust.
    """

    def made(*names: str) -> ssl.SSLContext:
        public, private = certificate(*names, folder=tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", public)
        connecting.trust.cache_clear()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(public, private)
        return context

    yield made
    connecting.trust.cache_clear()


@contextmanager
def silent():
    """
    A server that accepts connections and never says anything: its port.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        held = []

        def accept():
            try:
                held.append(server.accept()[0])
            except OSError:
                return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(PATIENCE)
        for line in held:
            line.close()


def test_the_request_arrives_as_it_is(there):
    answer = send(there.url + "?a=%20b")
    [got] = there.got
    assert (got.path, got.body) == ("/hook?a=%20b", b'{"a":1}')
    assert got.headers == {
        "Host": f"127.0.0.1:{there.port}",
        "Content-Type": "application/json",
        "Content-Length": "7",
        "User-Agent": got.headers["User-Agent"],
        **({"Accept-Encoding": "identity"} if "Accept-Encoding" in got.headers else {}),
    }
    assert (answer.status, answer.text, answer.error, answer.is_accepted) == (200, "thank you", "", True)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_status_of_success_counts(there, status):
    there.mode, there.answer = status, b""
    assert send(there.url).is_accepted


@pytest.mark.parametrize("status", [400, 404, 410, 429, 500, 503])
def test_other_statuses_do_not(there, status):
    there.mode = status
    answer = send(there.url)
    assert (answer.status, answer.is_accepted) == (status, False)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(there, status):
    with receiver() as inside:
        there.mode, there.headers = status, {"Location": inside.url}
        answer = send(there.url)
        assert (answer.status, answer.is_accepted) == (status, False)
        assert "redirects are not followed" in answer.error
        assert (inside.connections, len(there.got)) == (0, 1)


def test_a_hanging_receiver_is_left(there):
    there.mode = "hang"
    assert "timed out" in send(there.url, timeout=0.2).error


@pytest.mark.usefixtures("short")
def test_a_dripping_receiver_is_left_when_the_time_is_over(there):
    there.mode = "drip"
    answer = send(there.url)
    assert (answer.status, answer.error) == (None, "no answer within 0.5 seconds")


def test_a_dripping_body_does_not_undo_the_acceptance(there, monkeypatch):
    # Enough for what has to come in time, on a loaded machine, too.
    monkeypatch.setattr(sending, "DEADLINE", 3)
    there.mode = "drip_body"
    answer = send(there.url)
    assert (answer.status, answer.is_accepted, answer.error) == (200, True, "")


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_silent_server_is_left_when_the_time_is_over(scheme):
    with silent() as port:
        error = send(f"{scheme}://127.0.0.1:{port}/").error
        assert "no answer within 0.5 seconds" in error or "timed out" in error


def test_an_endless_answer_is_cut(there):
    there.mode = "endless"
    answer = send(there.url)
    assert (answer.status, len(answer.text)) == (200, sending.READ)


def test_a_compressed_answer_is_not_unpacked(there):
    there.headers, there.answer = {"Content-Encoding": "gzip"}, b"\x1f\x8b" + b"\0" * 1000
    assert len(send(there.url).text) == len(there.answer)


@pytest.mark.parametrize("mode", ["reset", "garbage"])
def test_a_broken_answer_is_an_error(there, mode):
    there.mode = mode
    answer = send(there.url)
    assert (answer.status, answer.is_accepted) == (None, False)
    assert answer.error


def test_a_closed_port_is_an_error():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert "Connection refused" in send(f"http://127.0.0.1:{port}/").error


def test_the_proxies_of_the_environment_are_ignored(there, monkeypatch):
    with receiver() as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert send(there.url).status == 200
        assert (proxy.connections, len(there.got)) == (0, 1)


@pytest.mark.usefixtures("resolved")
def test_the_certificate_is_for_the_name(secure):
    with receiver(secure(NAME)) as there:
        answer = send(f"https://{NAME}:{there.port}/hook")
        assert (answer.status, answer.error) == (200, "")
        assert there.got[0].headers["Host"] == f"{NAME}:{there.port}"


@pytest.mark.usefixtures("resolved")
def test_a_certificate_for_another_name_is_refused(secure):
    with receiver(secure("other.example")) as there:
        assert "Hostname mismatch" in send(f"https://{NAME}:{there.port}/hook").error
        assert there.got == []


def test_a_certificate_for_the_address_does_for_an_address_only(secure, resolved):
    with receiver(secure("127.0.0.1")) as there:
        assert send(f"https://127.0.0.1:{there.port}/hook").status == 200
        assert "Hostname mismatch" in send(f"https://{NAME}:{there.port}/hook").error


@pytest.mark.usefixtures("resolved")
def test_a_certificate_nobody_trusts_is_refused(secure, monkeypatch, tmp_path):
    with receiver(secure(NAME)) as there:
        monkeypatch.setenv("SSL_CERT_FILE", certificate("nobody.example", folder=tmp_path)[0])
        connecting.trust.cache_clear()
        assert "certificate verify failed" in send(f"https://{NAME}:{there.port}/hook").error
        assert there.got == []


def test_a_proxy_gets_the_whole_address_of_plain_http(settings):
    with receiver() as proxy:
        settings.GOFLOW_WEBHOOK_PROXY = f"http://user:pass%40word@127.0.0.1:{proxy.port}"
        assert send("http://inside.example:8080/hook").status == 200
        [got] = proxy.got
        assert got.path == "http://inside.example:8080/hook"
        assert got.headers["Host"] == "inside.example:8080"
        assert got.headers["proxy-authorization"] == "Basic dXNlcjpwYXNzQHdvcmQ="


def test_a_proxy_gets_a_tunnel_for_https(settings, secure):
    with receiver(secure(NAME)) as there, receiver(target=there.port) as proxy:
        settings.GOFLOW_WEBHOOK_PROXY = f"http://user:secret@127.0.0.1:{proxy.port}"
        assert send(f"https://{NAME}/hook").status == 200
        assert proxy.got[0].path == f"{NAME}:443"
        assert "proxy-authorization" not in {name.lower() for name in there.got[0].headers}


def test_a_tunnel_checks_the_name_too(settings, secure):
    with receiver(secure("other.example")) as there, receiver(target=there.port) as proxy:
        settings.GOFLOW_WEBHOOK_PROXY = f"http://127.0.0.1:{proxy.port}"
        assert "Hostname mismatch" in send(f"https://{NAME}/hook").error
        assert there.got == []


def test_a_proxy_that_refuses_is_told(settings):
    with receiver() as proxy:
        settings.GOFLOW_WEBHOOK_PROXY = f"http://127.0.0.1:{proxy.port}"
        assert "403" in send(f"https://{NAME}/hook").error


def test_a_literal_address_is_refused_before_the_proxy(settings):
    with receiver() as proxy:
        settings.GOFLOW_WEBHOOK_PROXY = f"http://127.0.0.1:{proxy.port}"
        assert "not public" in send("https://169.254.169.254/").error
        assert proxy.connections == 0


def test_a_proxy_that_is_none_is_told(settings):
    settings.GOFLOW_WEBHOOK_PROXY = "proxy.example"
    assert "write it as http://proxy.example.com:3128" in send(f"https://{NAME}/hook").error
