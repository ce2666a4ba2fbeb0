"""Tracing by OpenTelemetry, only where it is configured: the packages are the extra `otel`."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.settings import Settings
from runtime.settings_faults import SettingsError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from temporalio.contrib.opentelemetry import OpenTelemetryPlugin


@dataclass(frozen=True)
class Tracing:
    """`plugin` goes to `Client.connect(plugins=[…])`; `shut_down` sends what is still queued."""

    plugin: OpenTelemetryPlugin
    _provider: TracerProvider

    def shut_down(self) -> None:
        """Send the spans still queued and close the connection."""
        self._provider.shutdown()


def start_tracing(settings: Settings, service: str) -> Tracing | None:
    """Tracing for this process as `service` ("worker", "web"), or None when no endpoint is set.

    Raises:
        SettingsError: an endpoint is set but the extra is not installed.
    """
    if settings.otel_endpoint is None:
        return None
    for module in ("opentelemetry.sdk", "opentelemetry.exporter"):
        if importlib.util.find_spec(module) is None:
            raise SettingsError(["设置了 otel_endpoint，但没有安装链路追踪组件。请运行 pip install 'jiandu[otel]'，或去掉这项设置。"])

    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from temporalio.contrib.opentelemetry import OpenTelemetryPlugin, create_tracer_provider

    # Temporal's provider makes span ids that are the same on replay; a plain one would double the spans of a workflow.
    provider = create_tracer_provider(
        resource=Resource.create({"service.name": f"jiandu-{service}", "jiandu.town": settings.town})
    )
    endpoint = str(settings.otel_endpoint)
    provider.add_span_processor(
        BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, insecure=endpoint.startswith("http://")))
    )
    trace.set_tracer_provider(provider)
    return Tracing(OpenTelemetryPlugin(), provider)
