"""Where the service is, and how its channels are made: TLS, keepalive, retries, reconnecting."""

from __future__ import annotations

import ipaddress
import os
import re
import ssl
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import grpc

ChannelOptions = Sequence[tuple[str, Any]]

_SERVICE_CONFIG = resources.files(__package__).joinpath("service_config.json").read_text("utf-8")


class Target(NamedTuple):
    """What a channel is created with."""

    address: str
    credentials: grpc.ChannelCredentials | None
    """None is plain text."""
    call_options: ChannelOptions
    watch_options: ChannelOptions


def resolve_target(
    address: str,
    tls: bool | None,
    root_certificates: bytes | str | None,
    channel_options: ChannelOptions,
) -> Target:
    """Checks the options and completes them with defaults.

    Raises:
        ValueError: The address is empty, or the root certificates are not PEM or contradict ``tls``.

    """
    if not address:
        raise ValueError("address must not be empty")
    if root_certificates is not None and tls is False:
        raise ValueError("root_certificates need TLS, but tls is False")
    if tls is None:
        tls = root_certificates is not None or not is_loopback(address)
    defaults = {
        # A connection that broke without notice is detected within 40 seconds.
        "grpc.keepalive_time_ms": 30_000,
        "grpc.keepalive_timeout_ms": 10_000,
        # A watch sends nothing after its request. By default, gRPC stops its pings then.
        "grpc.http2.max_pings_without_data": 0,
        # As short as the pauses of a watch. By default, they grow to two minutes, in which every attempt fails at once.
        "grpc.initial_reconnect_backoff_ms": 100,
        "grpc.max_reconnect_backoff_ms": 5_000,
        "grpc.dns_min_time_between_resolutions_ms": 5_000,
    }
    if not tls:
        # A proxy from the environment would carry plain text that is meant for this machine elsewhere.
        defaults["grpc.enable_http_proxy"] = 0
    fixed = {
        "grpc.service_config": _SERVICE_CONFIG,
        # Otherwise a DNS TXT record could replace the service config and have exchanges retried.
        "grpc.service_config_disable_resolution": 1,
        # Otherwise channels to the same address share a connection, and watches use up the streams of calls.
        "grpc.use_local_subchannel_pool": 1,
    }
    # A dictionary, because gRPC takes the first of two options with one name.
    options = {**defaults, **dict(channel_options), **fixed}
    # Between two calls of a watch there is none, and the connection must not break unnoticed then.
    watch_options = {"grpc.keepalive_permit_without_calls": 1, **options}
    credentials = grpc.ssl_channel_credentials(_root_certificates(root_certificates)) if tls else None
    return Target(address, credentials, tuple(options.items()), tuple(watch_options.items()))


def is_loopback(address: str) -> bool:
    """Reports whether an address in gRPC's syntax leads to this machine only. Returns False in case of doubt."""
    if address.startswith(("unix:", "unix-abstract:")):
        return True
    scheme, _, rest = address.partition(":")
    if scheme in ("ipv4", "ipv6"):
        endpoints = rest.removeprefix("///").split(",")
    else:
        endpoints = [rest.removeprefix("///") if scheme == "dns" else address]
    return all(_is_loopback_host(_host_of(endpoint)) for endpoint in endpoints)


def _host_of(endpoint: str) -> str:
    bracketed = re.fullmatch(r"\[([^\]]*)\](?::[0-9]+)?", endpoint)
    if bracketed:
        return bracketed[1]
    is_bare_ipv6 = endpoint.count(":") > 1
    return endpoint if is_bare_ipv6 else re.sub(r":[0-9]+\Z", "", endpoint)


def _is_loopback_host(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    # `is_loopback` also accepts IPv4 in IPv6 in newer versions of Python.
    return address in ipaddress.ip_network("127.0.0.0/8") or address == ipaddress.IPv6Address("::1")


def _root_certificates(given: bytes | str | None) -> bytes | None:
    if given is None:
        return _system_root_certificates()
    pem = given.encode() if isinstance(given, str) else given
    if b"-----BEGIN CERTIFICATE-----" not in pem:
        raise ValueError("root_certificates must be certificates in PEM form")
    return pem


def _system_root_certificates() -> bytes | None:
    """Returns the root certificates that this machine trusts, or None for those that come with ``grpcio``."""
    if "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH" in os.environ:
        return None
    certificates = [
        ssl.DER_cert_to_PEM_cert(certificate).encode()
        for certificate in ssl.create_default_context().get_ca_certs(binary_form=True)
    ]
    # OpenSSL reads a folder only while it verifies, so that `get_ca_certs` does not know its files.
    folder = ssl.get_default_verify_paths().capath
    if not certificates and folder is not None:
        certificates = [file.read_bytes() for file in sorted(Path(folder).glob("*.[0-9]"))]
    return b"\n".join(certificates) or None
