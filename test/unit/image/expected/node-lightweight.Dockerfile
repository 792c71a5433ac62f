# Written by pulumi-mcp-deploy. To take it over: npm run eject
FROM node:22-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends tini \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log /var/lib/dpkg/*-old /var/cache/debconf/*-old
WORKDIR /app
ARG NPM_CONFIG_REGISTRY
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --no-audit --no-fund --no-update-notifier \
 && mkdir -p node_modules
RUN mkdir -p logs && chown 10001:10001 logs
COPY . .
ENV NODE_ENV="production" \
    HOME="/tmp" \
    HOST="0.0.0.0" \
    PORT="8080" \
    METRICS_HOST="0.0.0.0" \
    METRICS_PORT="8000" \
    FASTMCP_TRANSPORT="http" \
    FASTMCP_HOST="0.0.0.0" \
    FASTMCP_PORT="8080" \
    FASTMCP_STREAMABLE_HTTP_PATH="/mcp"
LABEL org.opencontainers.image.title="node-server" \
    org.opencontainers.image.base.name="node:22-slim" \
    io.modelcontextprotocol.server.name="node-server" \
    org.opencontainers.image.revision="r1"
USER 10001:10001
EXPOSE 8080 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=40s --retries=3 \
    CMD ["node", "-e", "require('http').get({ port: process.env.PORT, path: '/healthz', timeout: 5000 }, (r) => process.exit(r.statusCode >= 500 ? 1 : 0)).on('error', () => process.exit(1)).on('timeout', () => process.exit(1))"]
ENTRYPOINT ["tini", "-s", "--"]
CMD ["node", "/app/index.js"]
