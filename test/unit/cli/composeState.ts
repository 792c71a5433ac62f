// The state of the stack `dev` (two servers and Redis) as `pulumi stack export --show-secrets` gave it on a real engine:
// without what an export has no use for, and with a secret, a plain variable and one with a dollar sign added.

/** The values that must never be written. */
export const CANARIES = { password: "canary-redis-41d7", apiKey: "canary-api-key-9f02" };

/** A secret as the engine writes it. */
export function secret(value: unknown): object {
  return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: JSON.stringify(value) };
}

/** A resource of a state, as far as tests change it. */
export interface RecordedResource {
  urn: string;
  type: string;
  id?: string;
  parent?: string;
  delete?: boolean;
  dependencies?: string[];
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** The recorded resources, anew at each call. */
export const recordedResources = (): RecordedResource[] => [
  {
    urn: "urn:pulumi:dev::mcp::pulumi:pulumi:Stack::mcp-dev",
    type: "pulumi:pulumi:Stack",
  },
  {
    urn: "urn:pulumi:dev::mcp::mcp:index:McpRedis::redis",
    type: "mcp:index:McpRedis",
    parent: "urn:pulumi:dev::mcp::pulumi:pulumi:Stack::mcp-dev",
  },
  {
    urn: "urn:pulumi:dev::mcp::mcp:index:McpRedis$mcp:index:McpService::redis",
    type: "mcp:index:McpService",
    parent: "urn:pulumi:dev::mcp::mcp:index:McpRedis::redis",
  },
  {
    urn: "urn:pulumi:dev::mcp::docker:index/network:Network::network",
    id: "ca011fcf56352866451f9afabe8912a56ddc15a5b09676d6203c72d07291c782",
    type: "docker:index/network:Network",
    parent: "urn:pulumi:dev::mcp::pulumi:pulumi:Stack::mcp-dev",
    inputs: {
      ipamDriver: "default",
      name: "mcp-dev",
    },
    outputs: {
      name: "mcp-dev",
    },
  },
  {
    urn: "urn:pulumi:dev::mcp::mcp:index:McpRedis$mcp:index:McpService$docker:index/remoteImage:RemoteImage::redis-image",
    id: "sha256:109ed2ff85d3cb5689d7c38ecf21dad016777afe10a3244b9af0268277a165abredis:7-alpine",
    type: "docker:index/remoteImage:RemoteImage",
    parent: "urn:pulumi:dev::mcp::mcp:index:McpRedis$mcp:index:McpService::redis",
    inputs: {
      keepLocally: true,
      name: "redis:7-alpine",
    },
    outputs: {
      imageId: "sha256:109ed2ff85d3cb5689d7c38ecf21dad016777afe10a3244b9af0268277a165ab",
      name: "redis:7-alpine",
      repoDigest: "redis@sha256:15cc07afea915837abbca3997afcdbbabe906f18a4769fde5a4420b403a1e49e",
    },
  },
  {
    urn: "urn:pulumi:dev::mcp::mcp:index:McpRedis$mcp:index:McpService$docker:index/volume:Volume::redis-data",
    id: "mcp-dev-redis-data",
    type: "docker:index/volume:Volume",
    parent: "urn:pulumi:dev::mcp::mcp:index:McpRedis$mcp:index:McpService::redis",
    inputs: {
      name: "mcp-dev-redis-data",
    },
    outputs: {
      name: "mcp-dev-redis-data",
    },
  },
  {
    urn: "urn:pulumi:dev::mcp::mcp:index:McpRedis$random:index/randomPassword:RandomPassword::redis-password",
    id: "none",
    type: "random:index/randomPassword:RandomPassword",
    parent: "urn:pulumi:dev::mcp::mcp:index:McpRedis::redis",
    inputs: {
      length: 32,
      special: false,
    },
    outputs: {
      result: secret("canary-redis-41d7"),
    },
  },
  {
    urn: "urn:pulumi:dev::mcp::mcp:index:McpRedis$mcp:index:McpService$docker:index/container:Container::redis-container",
    id: "6eb6aa584d61d47f5ad159609754071ebcb6621796b0796d70edc4d4ae312a24",
    type: "docker:index/container:Container",
    parent: "urn:pulumi:dev::mcp::mcp:index:McpRedis$mcp:index:McpService::redis",
    dependencies: [
      "urn:pulumi:dev::mcp::mcp:index:McpRedis$random:index/randomPassword:RandomPassword::redis-password",
      "urn:pulumi:dev::mcp::mcp:index:McpRedis$mcp:index:McpService$docker:index/remoteImage:RemoteImage::redis-image",
      "urn:pulumi:dev::mcp::mcp:index:McpRedis$mcp:index:McpService$docker:index/volume:Volume::redis-data",
      "urn:pulumi:dev::mcp::docker:index/network:Network::network",
    ],
    inputs: {
      capabilities: {
        adds: [],
        drops: ["ALL"],
      },
      command: [
        "sh",
        "-c",
        'umask 077; printf "requirepass %s\\nappendonly yes\\ndir /data\\n" "$REDIS_PASSWORD" > /tmp/redis.conf; exec redis-server /tmp/redis.conf',
      ],
      containerReadRefreshTimeoutMilliseconds: 15000,
      cpus: "0.5",
      destroyGraceSeconds: 15,
      envs: secret(["REDIS_PASSWORD=canary-redis-41d7"]),
      healthcheck: {
        interval: "10s",
        retries: 3,
        startInterval: "0s",
        startPeriod: "30s",
        tests: ["CMD", "sh", "-c", 'REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ping | grep -q PONG'],
        timeout: "5s",
      },
      image: "sha256:109ed2ff85d3cb5689d7c38ecf21dad016777afe10a3244b9af0268277a165ab",
      init: true,
      logDriver: "json-file",
      logOpts: {
        "max-file": "3",
        "max-size": "10m",
      },
      memory: 512,
      memorySwap: 512,
      mounts: [
        {
          source: "mcp-dev-redis-data",
          target: "/data",
          type: "volume",
        },
      ],
      mustRun: true,
      name: "mcp-dev-redis",
      networkMode: "bridge",
      networksAdvanced: [
        {
          aliases: ["redis"],
          name: "mcp-dev",
        },
      ],
      privileged: false,
      readOnly: true,
      removeVolumes: true,
      restart: "unless-stopped",
      securityOpts: ["no-new-privileges:true"],
      start: true,
      stopTimeout: 15,
      tmpfs: {
        "/tmp": "rw,noexec,nosuid,nodev,size=64m",
      },
      user: "999",
      waitTimeout: 60,
    },
    outputs: {
      command: [
        "sh",
        "-c",
        'umask 077; printf "requirepass %s\\nappendonly yes\\ndir /data\\n" "$REDIS_PASSWORD" > /tmp/redis.conf; exec redis-server /tmp/redis.conf',
      ],
      entrypoints: ["docker-entrypoint.sh"],
      healthcheck: {
        interval: "10s",
        retries: 3,
        startInterval: "0s",
        startPeriod: "30s",
        tests: ["CMD", "sh", "-c", 'REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ping | grep -q PONG'],
        timeout: "5s",
      },
      user: "999",
    },
  },
  {
    urn: "urn:pulumi:dev::mcp::pulumi:providers:pulumi-nodejs::default",
    type: "pulumi:providers:pulumi-nodejs",
    inputs: {
      "mcp:servers":
        '[{"name":"python-server","services":["redis"],"source":"examples/python-server","secrets":["API_KEY"],"env":{"LOG_LEVEL":"INFO","PRICE":"$5"}},{"name":"node-server","port":8081,"services":["redis"],"source":"examples/node-server"}]',
      "mcp:services": '[{"kind":"redis","name":"redis"}]',
      "mcp:target": "docker",
      "mcp:secrets": secret('{"API_KEY":"canary-api-key-9f02"}'),
    },
  },
  {
    urn: "urn:pulumi:dev::mcp::mcp:index:McpRedis$mcp:index:McpService$mcp:index:ContainerReady::redis-ready",
    id: "redis",
    type: "mcp:index:ContainerReady",
    parent: "urn:pulumi:dev::mcp::mcp:index:McpRedis$mcp:index:McpService::redis",
    dependencies: [
      "urn:pulumi:dev::mcp::mcp:index:McpRedis$mcp:index:McpService$docker:index/container:Container::redis-container",
      "urn:pulumi:dev::mcp::mcp:index:McpRedis$random:index/randomPassword:RandomPassword::redis-password",
    ],
    inputs: {
      command: ["sh", "-c", 'REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ping | grep -q PONG'],
      container: "6eb6aa584d61d47f5ad159609754071ebcb6621796b0796d70edc4d4ae312a24",
      pidsLimit: 256,
      secrets: secret(["canary-redis-41d7"]),
      server: "redis",
      timeoutSeconds: 60,
    },
  },
  {
    urn: "urn:pulumi:dev::mcp::mcp:index:McpContainer::python-server",
    type: "mcp:index:McpContainer",
    parent: "urn:pulumi:dev::mcp::pulumi:pulumi:Stack::mcp-dev",
    dependencies: [
      "urn:pulumi:dev::mcp::mcp:index:McpRedis$random:index/randomPassword:RandomPassword::redis-password",
      "urn:pulumi:dev::mcp::mcp:index:McpRedis$mcp:index:McpService$docker:index/volume:Volume::redis-data",
      "urn:pulumi:dev::mcp::mcp:index:McpRedis$mcp:index:McpService$docker:index/remoteImage:RemoteImage::redis-image",
      "urn:pulumi:dev::mcp::mcp:index:McpRedis$mcp:index:McpService$docker:index/container:Container::redis-container",
      "urn:pulumi:dev::mcp::mcp:index:McpRedis$mcp:index:McpService$mcp:index:ContainerReady::redis-ready",
    ],
  },
  {
    urn: "urn:pulumi:dev::mcp::mcp:index:McpContainer::node-server",
    type: "mcp:index:McpContainer",
    parent: "urn:pulumi:dev::mcp::pulumi:pulumi:Stack::mcp-dev",
    dependencies: [
      "urn:pulumi:dev::mcp::mcp:index:McpRedis$random:index/randomPassword:RandomPassword::redis-password",
      "urn:pulumi:dev::mcp::mcp:index:McpRedis$mcp:index:McpService$docker:index/volume:Volume::redis-data",
      "urn:pulumi:dev::mcp::mcp:index:McpRedis$mcp:index:McpService$docker:index/remoteImage:RemoteImage::redis-image",
      "urn:pulumi:dev::mcp::mcp:index:McpRedis$mcp:index:McpService$docker:index/container:Container::redis-container",
      "urn:pulumi:dev::mcp::mcp:index:McpRedis$mcp:index:McpService$mcp:index:ContainerReady::redis-ready",
    ],
  },
  {
    urn: "urn:pulumi:dev::mcp::mcp:index:McpContainer$docker:index/volume:Volume::node-server-logs",
    id: "node-server-logs-2a0c07e",
    type: "docker:index/volume:Volume",
    parent: "urn:pulumi:dev::mcp::mcp:index:McpContainer::node-server",
    inputs: {
      name: "node-server-logs-2a0c07e",
    },
    outputs: {
      name: "node-server-logs-2a0c07e",
    },
  },
  {
    urn: "urn:pulumi:dev::mcp::mcp:index:McpContainer$mcp:index:McpImage::node-server",
    type: "mcp:index:McpImage",
    parent: "urn:pulumi:dev::mcp::mcp:index:McpContainer::node-server",
  },
  {
    urn: "urn:pulumi:dev::mcp::mcp:index:McpContainer$mcp:index:McpImage::python-server",
    type: "mcp:index:McpImage",
    parent: "urn:pulumi:dev::mcp::mcp:index:McpContainer::python-server",
  },
  {
    urn: "urn:pulumi:dev::mcp::mcp:index:McpContainer$docker:index/volume:Volume::python-server-logs",
    id: "python-server-logs-5ec3537",
    type: "docker:index/volume:Volume",
    parent: "urn:pulumi:dev::mcp::mcp:index:McpContainer::python-server",
    inputs: {
      name: "python-server-logs-5ec3537",
    },
    outputs: {
      name: "python-server-logs-5ec3537",
    },
  },
  {
    urn: "urn:pulumi:dev::mcp::mcp:index:McpContainer$mcp:index:McpImage$docker:index/image:Image::node-server-image",
    id: "mcp/node-server:4d3be83f03a5",
    type: "docker:index/image:Image",
    parent: "urn:pulumi:dev::mcp::mcp:index:McpContainer$mcp:index:McpImage::node-server",
    inputs: {
      build: {
        builderVersion: "BuilderBuildKit",
        context: ".mcp/dev/node-server/context",
        contextDigest: "6b1ced04be581c272e2d65e08e80b9bce0f418bb1b399cb788e02da0bb27e057",
        dockerfile: ".mcp/dev/node-server/Dockerfile",
        platform: "linux/amd64",
      },
      buildOnPreview: false,
      imageName: "mcp/node-server:4d3be83f03a5",
      skipPush: true,
    },
    outputs: {
      imageName: "mcp/node-server:4d3be83f03a5",
      repoDigest: "sha256:b1232707cfe4aef1e279f5ce5f140cc8811621c6eb883ecb0bd16adfcaf76f4e",
    },
  },
  {
    urn: "urn:pulumi:dev::mcp::mcp:index:McpContainer$mcp:index:McpImage$docker:index/image:Image::python-server-image",
    id: "mcp/python-server:70685d8c2fc1",
    type: "docker:index/image:Image",
    parent: "urn:pulumi:dev::mcp::mcp:index:McpContainer$mcp:index:McpImage::python-server",
    inputs: {
      build: {
        builderVersion: "BuilderBuildKit",
        context: ".mcp/dev/python-server/context",
        contextDigest: "21b0f78536bae1da0554ad2ef1d2cb91c5b466ef9780df870b75e316a961808c",
        dockerfile: ".mcp/dev/python-server/Dockerfile",
        platform: "linux/amd64",
      },
      buildOnPreview: false,
      imageName: "mcp/python-server:70685d8c2fc1",
      skipPush: true,
    },
    outputs: {
      imageName: "mcp/python-server:70685d8c2fc1",
      repoDigest: "sha256:70ca7241ee77ebd368f4afc10c67a5c4d3a32b4526dfd612ac03e5267f2e359d",
    },
  },
  {
    urn: "urn:pulumi:dev::mcp::mcp:index:McpContainer$docker:index/container:Container::node-server-container",
    id: "bdfbc61215f95d94fd21475ce1b7edb3598ea4efd441054379ffccfe6399cb3f",
    type: "docker:index/container:Container",
    parent: "urn:pulumi:dev::mcp::mcp:index:McpContainer::node-server",
    dependencies: [
      "urn:pulumi:dev::mcp::mcp:index:McpRedis$random:index/randomPassword:RandomPassword::redis-password",
      "urn:pulumi:dev::mcp::mcp:index:McpRedis$mcp:index:McpService$mcp:index:ContainerReady::redis-ready",
      "urn:pulumi:dev::mcp::mcp:index:McpContainer$mcp:index:McpImage$docker:index/image:Image::node-server-image",
      "urn:pulumi:dev::mcp::mcp:index:McpContainer$docker:index/volume:Volume::node-server-logs",
      "urn:pulumi:dev::mcp::docker:index/network:Network::network",
    ],
    inputs: {
      capabilities: {
        drops: ["ALL"],
      },
      containerReadRefreshTimeoutMilliseconds: 15000,
      cpuShares: 256,
      cpus: "0.5",
      destroyGraceSeconds: 15,
      envs: secret([
        "FASTMCP_HOST=0.0.0.0",
        "FASTMCP_PORT=8081",
        "FASTMCP_STREAMABLE_HTTP_PATH=/mcp",
        "FASTMCP_TRANSPORT=http",
        "HOST=0.0.0.0",
        "METRICS_HOST=0.0.0.0",
        "METRICS_PORT=8000",
        "PORT=8081",
        "REDIS_URL=redis://:canary-redis-41d7@redis:6379",
      ]),
      image: "sha256:b1232707cfe4aef1e279f5ce5f140cc8811621c6eb883ecb0bd16adfcaf76f4e",
      init: true,
      labels: [
        {
          label: "io.modelcontextprotocol.server.name",
          value: "node-server",
        },
      ],
      logDriver: "json-file",
      logOpts: {
        "max-file": "3",
        "max-size": "10m",
      },
      memory: 512,
      memoryReservation: 256,
      memorySwap: 512,
      mounts: [
        {
          source: "node-server-logs-2a0c07e",
          target: "/app/logs",
          type: "volume",
        },
      ],
      mustRun: true,
      name: "mcp-dev-node-server",
      networkMode: "bridge",
      networksAdvanced: [
        {
          aliases: ["node-server"],
          name: "mcp-dev",
        },
      ],
      ports: [
        {
          external: 8081,
          internal: 8081,
          ip: "127.0.0.1",
          protocol: "tcp",
        },
      ],
      privileged: false,
      readOnly: true,
      removeVolumes: true,
      restart: "unless-stopped",
      securityOpts: ["no-new-privileges:true"],
      start: true,
      stopTimeout: 15,
      tmpfs: {
        "/tmp": "rw,noexec,nosuid,nodev,size=64m",
      },
      waitTimeout: 60,
    },
    outputs: {
      command: ["node", "/app/index.js"],
      entrypoints: ["tini", "-s", "--"],
      healthcheck: {
        interval: "30s",
        retries: 3,
        startInterval: "0s",
        startPeriod: "40s",
        tests: [
          "CMD",
          "node",
          "-e",
          "require('http').get({ port: process.env.PORT, path: '/healthz', timeout: 5000 }, (r) => process.exit(r.statusCode >= 500 ? 1 : 0)).on('error', () => process.exit(1))",
        ],
        timeout: "10s",
      },
      user: "10001:10001",
    },
  },
  {
    urn: "urn:pulumi:dev::mcp::mcp:index:McpContainer$docker:index/container:Container::python-server-container",
    id: "f483e66fe2eb3d802963202c231929b796661c200ff8a2cf9eda41ce6e217009",
    type: "docker:index/container:Container",
    parent: "urn:pulumi:dev::mcp::mcp:index:McpContainer::python-server",
    dependencies: [
      "urn:pulumi:dev::mcp::mcp:index:McpRedis$random:index/randomPassword:RandomPassword::redis-password",
      "urn:pulumi:dev::mcp::mcp:index:McpRedis$mcp:index:McpService$mcp:index:ContainerReady::redis-ready",
      "urn:pulumi:dev::mcp::mcp:index:McpContainer$mcp:index:McpImage$docker:index/image:Image::python-server-image",
      "urn:pulumi:dev::mcp::mcp:index:McpContainer$docker:index/volume:Volume::python-server-logs",
      "urn:pulumi:dev::mcp::docker:index/network:Network::network",
    ],
    inputs: {
      capabilities: {
        drops: ["ALL"],
      },
      containerReadRefreshTimeoutMilliseconds: 15000,
      cpuShares: 256,
      cpus: "0.5",
      destroyGraceSeconds: 15,
      envs: secret([
        "API_KEY=canary-api-key-9f02",
        "FASTMCP_HOST=0.0.0.0",
        "FASTMCP_PORT=8080",
        "FASTMCP_STREAMABLE_HTTP_PATH=/mcp",
        "FASTMCP_TRANSPORT=http",
        "HOST=0.0.0.0",
        "LOG_LEVEL=INFO",
        "METRICS_HOST=0.0.0.0",
        "METRICS_PORT=8000",
        "PORT=8080",
        "PRICE=$5",
        "REDIS_URL=redis://:canary-redis-41d7@redis:6379",
      ]),
      image: "sha256:70ca7241ee77ebd368f4afc10c67a5c4d3a32b4526dfd612ac03e5267f2e359d",
      init: true,
      labels: [
        {
          label: "io.modelcontextprotocol.server.name",
          value: "python-server",
        },
      ],
      logDriver: "json-file",
      logOpts: {
        "max-file": "3",
        "max-size": "10m",
      },
      memory: 512,
      memoryReservation: 256,
      memorySwap: 512,
      mounts: [
        {
          source: "python-server-logs-5ec3537",
          target: "/app/logs",
          type: "volume",
        },
      ],
      mustRun: true,
      name: "mcp-dev-python-server",
      networkMode: "bridge",
      networksAdvanced: [
        {
          aliases: ["python-server"],
          name: "mcp-dev",
        },
      ],
      ports: [
        {
          external: 8080,
          internal: 8080,
          ip: "127.0.0.1",
          protocol: "tcp",
        },
      ],
      privileged: false,
      readOnly: true,
      removeVolumes: true,
      restart: "unless-stopped",
      securityOpts: ["no-new-privileges:true"],
      start: true,
      stopTimeout: 15,
      tmpfs: {
        "/tmp": "rw,noexec,nosuid,nodev,size=64m",
      },
      waitTimeout: 60,
    },
    outputs: {
      command: ["python", "-u", "/app/server.py"],
      entrypoints: ["tini", "-s", "--"],
      healthcheck: {
        interval: "30s",
        retries: 3,
        startInterval: "0s",
        startPeriod: "40s",
        tests: [
          "CMD",
          "python",
          "-c",
          "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=5); c.request('GET', '/healthz'); sys.exit(c.getresponse().status >= 500)",
        ],
        timeout: "10s",
      },
      user: "10001:10001",
    },
  },
  {
    urn: "urn:pulumi:dev::mcp::mcp:index:McpContainer$mcp:index:ContainerReady::node-server-ready",
    id: "node-server",
    type: "mcp:index:ContainerReady",
    parent: "urn:pulumi:dev::mcp::mcp:index:McpContainer::node-server",
    dependencies: [
      "urn:pulumi:dev::mcp::mcp:index:McpContainer$docker:index/container:Container::node-server-container",
    ],
    inputs: {
      container: "bdfbc61215f95d94fd21475ce1b7edb3598ea4efd441054379ffccfe6399cb3f",
      pidsLimit: 256,
      server: "node-server",
      timeoutSeconds: 40,
      url: "http://127.0.0.1:8081/readyz",
    },
  },
  {
    urn: "urn:pulumi:dev::mcp::mcp:index:McpContainer$mcp:index:ContainerReady::python-server-ready",
    id: "python-server",
    type: "mcp:index:ContainerReady",
    parent: "urn:pulumi:dev::mcp::mcp:index:McpContainer::python-server",
    dependencies: [
      "urn:pulumi:dev::mcp::mcp:index:McpContainer$docker:index/container:Container::python-server-container",
    ],
    inputs: {
      container: "f483e66fe2eb3d802963202c231929b796661c200ff8a2cf9eda41ce6e217009",
      pidsLimit: 256,
      server: "python-server",
      timeoutSeconds: 40,
      url: "http://127.0.0.1:8080/readyz",
    },
  },
];

/** The JSON of a state with these resources. */
export const stateOf = (resources: RecordedResource[]): string =>
  JSON.stringify({ version: 3, deployment: { resources } });
