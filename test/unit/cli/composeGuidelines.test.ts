import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { removeFolders } from "../../support/folder";
import { importFile } from "./composeProject";

// The four compose files of the containerization guidelines, as they stand there.
const BASIC = `version: '3.8'

services:
  mcp-server:
    build: .
    container_name: your-mcp-server
    environment:
      - API_KEY=\${API_KEY}
      - DEBUG=false
      - LOG_LEVEL=INFO
    volumes:
      - ./logs:/app/logs
    restart: unless-stopped
    healthcheck:
      test: ["CMD", "python", "-c", "import your_mcp_server; print('OK')"]
      interval: 30s
      timeout: 10s
      retries: 3
      start_period: 40s
`;

const WITH_REDIS = `version: '3.8'

services:
  redis:
    image: redis:7-alpine
    container_name: mcp-redis
    restart: unless-stopped
    volumes:
      - redis_data:/data

  mcp-server:
    build: .
    container_name: your-mcp-server
    environment:
      - API_KEY=\${API_KEY}
      - REDIS_URL=redis://redis:6379
      - DEBUG=false
    depends_on:
      - redis
    restart: unless-stopped
    healthcheck:
      test: ["CMD", "python", "-c", "import your_mcp_server; print('OK')"]
      interval: 30s
      timeout: 10s
      retries: 3

volumes:
  redis_data:
`;

const CONSTRAINED = `services:
  mcp-server:
    build: .
    deploy:
      resources:
        limits:
          cpus: '0.5'
          memory: 512M
        reservations:
          cpus: '0.25'
          memory: 256M
    restart: unless-stopped
`;

const ELK = `version: '3.8'

services:
  elasticsearch:
    image: docker.elastic.co/elasticsearch/elasticsearch:8.8.0
    environment:
      - discovery.type=single-node
      - xpack.security.enabled=false
    ports:
      - "9200:9200"

  logstash:
    image: docker.elastic.co/logstash/logstash:8.8.0
    volumes:
      - ./logstash.conf:/usr/share/logstash/pipeline/logstash.conf
    depends_on:
      - elasticsearch

  kibana:
    image: docker.elastic.co/kibana/kibana:8.8.0
    ports:
      - "5601:5601"
    depends_on:
      - elasticsearch

  mcp-server:
    build: .
    logging:
      driver: "json-file"
      options:
        max-size: "10m"
        max-file: "3"
    depends_on:
      - logstash
`;

describe("npm run compose:import on the guidelines' compose files", () => {
  after(() => {
    removeFolders();
    pulumi.runtime.setAllConfig({});
  });

  it("carries the basic one over", async () => {
    const { code, out, err } = await importFile(BASIC);
    assert.equal(code, 0, err);
    assert.equal(
      out,
      `# Imported from docker-compose.yml by mcp-deploy import.
config:
  mcp:target: docker
  mcp:servers:
    - name: mcp-server
      source: server
      env:
        DEBUG: "false"
        LOG_LEVEL: INFO
      secrets:
        - API_KEY
      health:
        intervalSeconds: 30
        timeoutSeconds: 10
        startPeriodSeconds: 40
        retries: 3
      containerName: your-mcp-server
`,
    );
    assert.equal(
      err,
      `Not carried over as it was:
  version: 3.8: it is obsolete, and harmless; nothing to do
  mcp-server.mem_limit: none: it may use at most 512Mi and 0.5 CPU; set \`resources\` if it needs more
  mcp-server.healthcheck.test: ["CMD","python","-c","import your_mcp_server; print('OK')"]: a server is asked over HTTP, which proves that it answers; serve health.livenessPath, /healthz by default; any answer below 500 counts
  mcp-server.volumes: ./logs:/app/logs: /app/logs is the volume your-mcp-server-logs; docker volume inspect your-mcp-server-logs says where it is
Secrets to set; each command asks for the value (a new stack first needs: npx mcp-deploy pulumi stack init dev):
  npx mcp-deploy pulumi config set --secret --path mcp:secrets.API_KEY --stack dev
`,
    );
  });

  it("carries the one with Redis over, with the command that keeps Redis's data", async () => {
    const { code, out, err } = await importFile(WITH_REDIS, "--stack", "team");
    assert.equal(code, 0, err);
    assert.deepEqual(parse(out).config, {
      "mcp:target": "docker",
      "mcp:services": [{ name: "redis", kind: "redis" }],
      "mcp:servers": [
        {
          name: "mcp-server",
          source: "server",
          env: { DEBUG: "false" },
          secrets: ["API_KEY"],
          services: ["redis"],
          health: { intervalSeconds: 30, timeoutSeconds: 10, retries: 3 },
          containerName: "your-mcp-server",
        },
      ],
    });
    const lines = err.split("\n").map((line) => line.trim());
    for (const line of [
      "redis.container_name: mcp-redis: its container is mcp-team-redis; nothing to do, or make it `kind: image` with settings of its own",
      "redis.volumes: redis_data: the data is on a volume of its own, mcp-team-redis-data; to keep what there is: docker run --rm --user 0 --volume server_redis_data:/from:ro --volume mcp-team-redis-data:/to --entrypoint cp redis:7-alpine -a /from/. /to/",
      "mcp-server.environment.REDIS_URL: its value: it is given by the Redis of `services`, as a secret with its password; nothing to do",
    ]) {
      assert.ok(lines.includes(line), err);
    }
    assert.equal(lines.filter((line) => /^(redis|mcp-server|version)[.:]/.test(line)).length, 6, err);
  });

  it("carries the resource constraints over, with nothing to tell", async () => {
    const { code, out, err } = await importFile(CONSTRAINED);
    assert.deepEqual([code, err], [0, ""]);
    assert.deepEqual(parse(out).config["mcp:servers"], [
      {
        name: "mcp-server",
        source: "server",
        resources: { cpuLimit: 0.5, memoryLimit: "512Mi", cpuReservation: 0.25, memoryReservation: "256Mi" },
      },
    ]);
  });

  it("carries the ELK stack over, and names the mounted file and the order of start", async () => {
    const { code, out, err } = await importFile(ELK);
    assert.equal(code, 0, err);
    const elastic = (name: string) => `docker.elastic.co/${name}/${name}:8.8.0`;
    assert.deepEqual(parse(out).config, {
      "mcp:target": "docker",
      "mcp:services": [
        {
          name: "elasticsearch",
          image: elastic("elasticsearch"),
          env: { ES_SETTING_DISCOVERY_TYPE: "single-node", ES_SETTING_XPACK_SECURITY_ENABLED: "false" },
          publish: 9200,
          writable: true,
          memoryLimit: "2Gi",
        },
        { name: "logstash", image: elastic("logstash"), writable: true, memoryLimit: "2Gi" },
        { name: "kibana", image: elastic("kibana"), publish: 5601, writable: true, memoryLimit: "2Gi" },
      ],
      "mcp:servers": [{ name: "mcp-server", source: "server", services: ["logstash"] }],
    });
    const found = err.split("\n").flatMap((line) => /^ {2}(\S+): /.exec(line)?.[1] ?? []);
    assert.deepEqual(found, [
      "version",
      "elasticsearch.environment.discovery.type",
      "elasticsearch.environment.xpack.security.enabled",
      "elasticsearch.ports",
      "elasticsearch.mem_limit",
      "elasticsearch.cap_drop",
      "logstash.volumes",
      "logstash.mem_limit",
      "logstash.cap_drop",
      "logstash.depends_on",
      "kibana.ports",
      "kibana.mem_limit",
      "kibana.cap_drop",
      "kibana.depends_on",
      "mcp-server.mem_limit",
    ]);
    assert.match(
      err,
      /logstash\.conf: folders of the machine are not mounted; build an image with it: FROM this one, COPY/,
    );
  });
});
