/**
 * The reason that Redis cannot be used although a server answers: a sentence for the operator, without a secret. Unreachable
 * sentinels also have a sentence, since ioredis tries them forever and no connection to Redis fails.
 */

interface RedisError extends Error {
  readonly code?: string;
  /** In a cluster: the failure of its last node. */
  readonly lastNodeError?: Error;
}

const BY_MESSAGE: readonly (readonly [RegExp, string])[] = [
  [/WRONGPASS|invalid password|invalid username-password/i, 'Redis refuses the user or the password of REDIS_URL.'],
  [/NOAUTH/, 'Redis requires a password, and REDIS_URL has none.'],
  [
    /NOPERM/,
    'The user of REDIS_URL may not do what the service needs: its ACL must allow ~hotpath:* and +@read +@write +@scripting +@connection +info.',
  ],
  [
    /no password is set|without any password configured|does not require a password/,
    'REDIS_URL has a password, and Redis requires none.',
  ],
  [/wrong number of arguments for 'auth'/, 'This Redis does not support users: leave the user out of REDIS_URL.'],
  [/Cluster support disabled|cluster support disabled/, 'REDIS_CLUSTER_NODES is set, and this Redis is not a cluster.'],
  [/MOVED \d/, 'This Redis is a cluster: name its nodes in REDIS_CLUSTER_NODES.'],
  [
    /DB index is out of range|SELECT is not allowed/,
    'The database in REDIS_URL (the number behind the slash) does not exist.',
  ],
  [/invalid reply|No such master/, 'The sentinels know no master of the name that REDIS_URL has for a host.'],
];

/** ioredis does not report the reason: no sentinel answers, or a handshake failed. */
const NO_SENTINEL = /All sentinels are unreachable/;
const REFUSED_CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/;
const NO_TLS = /ERR_SSL|EPROTO/;

/**
 * @returns undefined if no server answers, or if the server is slow.
 * @param isEncrypted whether REDIS_URL requires TLS.
 */
export function redisTrouble(error: unknown, isEncrypted: boolean): string | undefined {
  const { message = '', code = '', lastNodeError } = error as RedisError;
  const known = BY_MESSAGE.find(([pattern]) => pattern.test(message));
  if (known) return known[1];
  if (NO_SENTINEL.test(message)) {
    return isEncrypted
      ? 'No sentinel of REDIS_SENTINELS answers over TLS, which REDIS_URL requires (rediss://).'
      : 'No sentinel of REDIS_SENTINELS answers.';
  }
  if (REFUSED_CERTIFICATE.test(code) || /certificate|altnames/i.test(message)) {
    return `The certificate of Redis is refused (${code || 'TLS'}): name its authority in NODE_EXTRA_CA_CERTS.`;
  }
  if (NO_TLS.test(code) || /wrong version number/.test(message)) {
    return 'REDIS_URL requires TLS (rediss://), and Redis does not speak it at this port.';
  }
  // A server without TLS takes the handshake for a command and waits for its end.
  if (isEncrypted && code === 'ETIMEDOUT') {
    return 'REDIS_URL requires TLS (rediss://), and the handshake timed out: Redis may not speak TLS at this port.';
  }
  return lastNodeError && redisTrouble(lastNodeError, isEncrypted);
}
