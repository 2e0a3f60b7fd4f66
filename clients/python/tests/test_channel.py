"""Where plain text may go, and what is checked when a client is created."""

from __future__ import annotations

import json
import ssl
from pathlib import Path
from typing import Any

import pytest

import qrlogin
import qrlogin.aio
from qrlogin._channel import _system_root_certificates, is_loopback, resolve_target

LOOPBACK = [
    "127.0.0.1:50051",
    "127.1.2.3:1",
    "127.0.0.1",
    "localhost",
    "LocalHost:50051",
    "[::1]:50051",
    "::1",
    "dns:localhost:1",
    "dns:///localhost:1",
    "ipv4:127.0.0.1:1",
    "ipv4:127.0.0.1:1,127.0.0.2:1",
    "ipv6:[::1]:1",
    "unix:/run/qrlogin.sock",
    "unix:///run/qrlogin.sock",
]

ELSEWHERE = [
    "qr.example.com:443",
    "10.0.0.1:50051",
    "128.0.0.1:1",
    "0.0.0.0:1",
    "[::]:1",
    "[::2]:1",
    "localhost.example.com:1",
    "example.com:1?localhost",
    "127.0.0.1.example.com:1",
    "127.1:1",
    "0x7f.0.0.1:1",
    "localhost\n:1",
    "localhost:\uff11",
    "dns://127.0.0.1/example.com:1",
    "ipv4:127.0.0.1:1,10.0.0.1:1",
    "xds:///localhost",
    ":50051",
]

CLIENTS = [qrlogin.AppClient, qrlogin.aio.AppClient]


@pytest.mark.parametrize("address", LOOPBACK)
def test_the_default_is_plain_text_to_this_machine(address: str) -> None:
    assert is_loopback(address)
    target = resolve_target(address, None, None, ())
    assert target.credentials is None
    # A proxy of the environment is on another machine.
    assert dict(target.call_options)["grpc.enable_http_proxy"] == 0


@pytest.mark.parametrize("address", ELSEWHERE)
def test_the_default_is_tls_to_all_others(address: str) -> None:
    assert not is_loopback(address)
    target = resolve_target(address, None, None, ())
    assert target.credentials is not None
    assert "grpc.enable_http_proxy" not in dict(target.call_options)


def test_plain_text_elsewhere_needs_an_explicit_option() -> None:
    assert resolve_target("10.0.0.1:50051", False, None, ()).credentials is None


def test_tls_to_this_machine_needs_an_option() -> None:
    assert resolve_target("127.0.0.1:1", True, None, ()).credentials is not None
    pem = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"
    assert resolve_target("127.0.0.1:1", None, pem, ()).credentials is not None


def test_options_of_the_caller_replace_defaults_but_not_what_makes_calls_safe() -> None:
    given = [
        ("grpc.keepalive_time_ms", 1),
        ("grpc.service_config", "{}"),
        ("grpc.service_config_disable_resolution", 0),
    ]
    target = resolve_target("localhost", None, None, given)
    for options in (target.call_options, target.watch_options):
        names = [name for name, _ in options]
        assert len(names) == len(set(names))
        assert dict(options)["grpc.keepalive_time_ms"] == 1
        assert dict(options)["grpc.service_config_disable_resolution"] == 1
        assert dict(options)["grpc.service_config"] != "{}"


def test_the_service_config_never_has_a_call_that_must_not_be_repeated() -> None:
    config = json.loads(dict(resolve_target("localhost", None, None, ()).call_options)["grpc.service_config"])
    retried = {name.get("method") for method in config["methodConfig"] for name in method["name"]}
    assert "GetStatus" in retried
    assert retried.isdisjoint({None, "", "CreateTicket", "SubmitCheckCode", "ExchangeUserInfo", "WatchStatus"})


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    "arguments",
    [
        {"address": ""},
        {"app_id": ""},
        {"app_id": "a:b"},
        {"app_secret": ""},
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": float("nan")},
        {"root_certificates": b"no PEM"},
        {"tls": False, "root_certificates": "-----BEGIN CERTIFICATE-----"},
    ],
)
def test_an_invalid_argument_is_rejected_when_the_client_is_created(client: Any, arguments: dict[str, Any]) -> None:
    valid = {"address": "localhost:1", "app_id": "shop", "app_secret": "s3cret"}
    with pytest.raises(ValueError, match=r"must|need") as caught:
        client(**{**valid, **arguments})
    assert "s3cret" not in str(caught.value)


def test_the_root_certificates_of_this_machine_are_those_of_openssl(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "certs"
    folder.mkdir()
    (folder / "0a1b2c3d.0").write_bytes(b"-----BEGIN CERTIFICATE-----\nown\n-----END CERTIFICATE-----\n")
    monkeypatch.delenv("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing"))
    monkeypatch.setenv("SSL_CERT_DIR", str(folder))
    assert ssl.get_default_verify_paths().capath == str(folder)
    assert _system_root_certificates() == b"-----BEGIN CERTIFICATE-----\nown\n-----END CERTIFICATE-----\n"
    # The variable of gRPC itself names a file, which gRPC reads.
    monkeypatch.setenv("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", "roots.pem")
    assert _system_root_certificates() is None
