# Written by pulumi-mcp-deploy. To take it over: npm run eject
FROM mirror.example.com/hub/library/python:3.11-slim AS build
ARG REFRESH="2026-11"
RUN mkdir -p /usr/local/share/ca-certificates /etc/ssl/certs \
 && printf '%s\n' \
    '-----BEGIN CERTIFICATE-----' \
    'MIIBgDCCASegAwIBAgIUN4+f8DodMEyjcXoIbYwwseUhBccwCgYIKoZIzj0EAwIw' \
    'FTETMBEGA1UEAwwKRXhhbXBsZSBDQTAgFw0yNjExMjQwNzIxMTBaGA8yMTI2MTAz' \
    'MTA3MjExMFowFTETMBEGA1UEAwwKRXhhbXBsZSBDQTBZMBMGByqGSM49AgEGCCqG' \
    'SM49AwEHA0IABGfi89TfYvfnGNWgcx3y9BTbAZuUki9t7QE7fuC2r3sLDGiF3JON' \
    'vYWKD7CrUFGZZcgW58BJ7lsCpPFniZBi01GjUzBRMB0GA1UdDgQWBBQzTEPuaS6Q' \
    '1h2lfGGhHk7JiPxDDTAfBgNVHSMEGDAWgBQzTEPuaS6Q1h2lfGGhHk7JiPxDDTAP' \
    'BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIAc+v4bUNbNFObN/723l' \
    'TWfo+8Yv3Syhr5xE8u5iH170AiAssvLOgPOPYI/QLv8PIqTOWceW3vx6ffcmwb3Y' \
    'JgMWkw==' \
    '-----END CERTIFICATE-----' \
    > /usr/local/share/ca-certificates/company.crt \
 && cat /usr/local/share/ca-certificates/company.crt >> /etc/ssl/certs/ca-certificates.crt
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt \
    PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
    NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc tini \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log /var/lib/dpkg/*-old /var/cache/debconf/*-old
WORKDIR /app
ARG PIP_INDEX_URL
ARG UV_DEFAULT_INDEX=$PIP_INDEX_URL
ARG UV_COMPILE_BYTECODE=1
ARG UV_LINK_MODE=copy
ARG UV_PYTHON_DOWNLOADS=never
ARG EXTRA
RUN --mount=type=cache,target=/root/.cache/pip pip install --root-user-action=ignore uv==0.11.0
COPY requirements.txt ./
RUN --mount=type=cache,target=/root/.cache/uv uv venv /opt/venv \
 && uv pip install --python /opt/venv/bin/python -r requirements.txt

FROM mirror.example.com/hub/library/python:3.11-slim
ARG REFRESH="2026-11"
RUN mkdir -p /usr/local/share/ca-certificates /etc/ssl/certs \
 && printf '%s\n' \
    '-----BEGIN CERTIFICATE-----' \
    'MIIBgDCCASegAwIBAgIUN4+f8DodMEyjcXoIbYwwseUhBccwCgYIKoZIzj0EAwIw' \
    'FTETMBEGA1UEAwwKRXhhbXBsZSBDQTAgFw0yNjExMjQwNzIxMTBaGA8yMTI2MTAz' \
    'MTA3MjExMFowFTETMBEGA1UEAwwKRXhhbXBsZSBDQTBZMBMGByqGSM49AgEGCCqG' \
    'SM49AwEHA0IABGfi89TfYvfnGNWgcx3y9BTbAZuUki9t7QE7fuC2r3sLDGiF3JON' \
    'vYWKD7CrUFGZZcgW58BJ7lsCpPFniZBi01GjUzBRMB0GA1UdDgQWBBQzTEPuaS6Q' \
    '1h2lfGGhHk7JiPxDDTAfBgNVHSMEGDAWgBQzTEPuaS6Q1h2lfGGhHk7JiPxDDTAP' \
    'BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIAc+v4bUNbNFObN/723l' \
    'TWfo+8Yv3Syhr5xE8u5iH170AiAssvLOgPOPYI/QLv8PIqTOWceW3vx6ffcmwb3Y' \
    'JgMWkw==' \
    '-----END CERTIFICATE-----' \
    > /usr/local/share/ca-certificates/company.crt \
 && cat /usr/local/share/ca-certificates/company.crt >> /etc/ssl/certs/ca-certificates.crt
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt \
    PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
    NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
RUN apt-get update \
 && apt-get upgrade -y \
 && apt-get install -y --no-install-recommends curl libpq5 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log /var/lib/dpkg/*-old /var/cache/debconf/*-old
WORKDIR /app
COPY --from=build /usr/bin/tini /usr/bin/tini
COPY --from=build /opt/venv /opt/venv
RUN mkdir -p logs && chown 10001:10001 logs
COPY . .
ENV PATH="/opt/venv/bin:/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin" \
    PYTHONUNBUFFERED="1" \
    PYTHONDONTWRITEBYTECODE="1" \
    HOME="/tmp" \
    HOST="0.0.0.0" \
    PORT="8080" \
    METRICS_HOST="0.0.0.0" \
    METRICS_PORT="8000" \
    FASTMCP_TRANSPORT="http" \
    FASTMCP_HOST="0.0.0.0" \
    FASTMCP_PORT="8080" \
    FASTMCP_STREAMABLE_HTTP_PATH="/mcp"
LABEL org.opencontainers.image.title="python-server" \
    org.opencontainers.image.base.name="mirror.example.com/hub/library/python:3.11-slim" \
    io.modelcontextprotocol.server.name="python-server" \
    org.opencontainers.image.revision="r1"
USER 10001:10001
EXPOSE 8080 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=40s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=5); c.request('GET', '/healthz'); sys.exit(c.getresponse().status >= 500)"]
ENTRYPOINT ["tini", "-s", "--"]
CMD ["python", "-u", "/app/server.py"]
