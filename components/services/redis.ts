/** How a Redis runs, wherever it does: with a password, and with data that every write reaches within a second. */
export const REDIS = {
  image: "redis:7-alpine",
  port: 6379,
  volume: "/data",
  /** The image's own user. */
  user: 999,
  /** Variable with the password. */
  passwordVariable: "REDIS_PASSWORD",
  // Through a file that only this container sees: an argument could be read by everybody on the machine.
  command: [
    "sh",
    "-c",
    'umask 077; printf "requirepass %s\\nappendonly yes\\ndir /data\\n" "$REDIS_PASSWORD" > /tmp/redis.conf; exec redis-server /tmp/redis.conf',
  ],
  health: ["sh", "-c", 'REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ping | grep -q PONG'],
};
