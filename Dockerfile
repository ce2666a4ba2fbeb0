# syntax=docker/dockerfile:1
# jiandu's image: one for web, worker and every one-shot command. Installs exactly what the hashed locks name.

# The version that the tests run on.
FROM python:3.11-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
# The dependencies first: they change less often than the code, so these layers are kept.
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/jiandu \
    && /opt/jiandu/bin/pip install --require-hashes --requirement requirements.lock \
    && python -m venv /opt/backend \
    && /opt/backend/bin/pip install --require-hashes --requirement requirements-build.lock
COPY . .
RUN /opt/backend/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/jiandu/bin/pip install --no-deps --no-index /wheels/*.whl

FROM python:3.11-slim-trixie
RUN useradd --system --uid 10001 --user-group --create-home --shell /usr/sbin/nologin jiandu \
    && install --directory --owner jiandu --group jiandu --mode 0700 /data /data/ballot /data/ballot/board
COPY --from=build /opt/jiandu /opt/jiandu
ENV PATH=/opt/jiandu/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 JIANDU_DATA_DIR=/data
USER 10001
WORKDIR /home/jiandu
VOLUME /data
EXPOSE 8080
CMD ["jiandu", "--help"]
