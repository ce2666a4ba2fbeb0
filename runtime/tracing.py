"""Tracing by OpenTelemetry, only where it is configured: the packages are the extra `otel`."""

from __future__ import annotations

import importlib.util

from temporalio.client import Plugin

from runtime.settings import Settings
from runtime.settings_faults import SettingsError


def tracing_plugins(settings: Settings, service: str = "worker") -> list[Plugin]:
    """For `Client.connect(plugins=…)`: sends the traces of this process as `service`; empty when no endpoint is set.

    Call it once a process. What is still queued is sent when the process ends in order.

    Raises:
        SettingsError: an endpoint is set but the extra is not installed.
    """
    if settings.otel_endpoint is None:
        return []
    if any(importlib.util.find_spec(f"opentelemetry.{module}") is None for module in ("sdk", "exporter")):
        raise SettingsError(
            ["设置了 otel_endpoint，但没有安装链路追踪组件。请运行 pip install 'jiandu[otel]'，或去掉这项设置。"]
        )

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
    exporter = OTLPSpanExporter(endpoint=endpoint, insecure=endpoint.startswith("http://"))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return [OpenTelemetryPlugin()]
