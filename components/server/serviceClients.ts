/** The service that a client library talks to. Libraries that also work without one, such as SQLAlchemy, are not here. */
export const SERVICE_CLIENTS: { [name: string]: string } = {
  ...clients("Redis", "redis", "aioredis", "ioredis", "@redis/client", "hiredis", "valkey"),
  ...clients(
    "PostgreSQL",
    "psycopg",
    "psycopg2",
    "psycopg2-binary",
    "psycopg-pool",
    "asyncpg",
    "aiopg",
    "pg",
    "pg-native",
    "postgres",
    "pgvector",
  ),
  ...clients(
    "MySQL",
    "pymysql",
    "aiomysql",
    "asyncmy",
    "mysqlclient",
    "mysql-connector-python",
    "mysql",
    "mysql2",
    "mariadb",
  ),
  ...clients("MongoDB", "pymongo", "motor", "mongodb", "mongoose", "beanie"),
  ...clients("Qdrant", "qdrant-client", "@qdrant/js-client-rest", "@qdrant/js-client-grpc"),
  ...clients("Weaviate", "weaviate-client", "weaviate-ts-client"),
  ...clients("Milvus", "pymilvus", "@zilliz/milvus2-sdk-node"),
  ...clients("Chroma", "chromadb-client"),
  ...clients("Elasticsearch", "elasticsearch", "@elastic/elasticsearch"),
  ...clients("OpenSearch", "opensearch-py", "@opensearch-project/opensearch"),
  ...clients("Neo4j", "neo4j", "neo4j-driver"),
  ...clients("Kafka", "kafka-python", "aiokafka", "confluent-kafka", "kafkajs"),
  ...clients("RabbitMQ", "pika", "aio-pika", "amqplib"),
  ...clients("NATS", "nats-py", "nats"),
  ...clients("a Celery broker", "celery"),
  ...clients("Memcached", "pymemcache", "aiomcache", "memcached", "memjs"),
  ...clients("ClickHouse", "clickhouse-connect", "clickhouse-driver", "@clickhouse/client"),
  ...clients("InfluxDB", "influxdb-client", "@influxdata/influxdb-client"),
  ...clients("MinIO", "minio"),
};

function clients(service: string, ...names: string[]): { [name: string]: string } {
  return Object.fromEntries(names.map((name) => [name, service]));
}
