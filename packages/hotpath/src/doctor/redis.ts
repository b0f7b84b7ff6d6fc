/** Redis, if the service has one: whether it answers, its version, and its policy when its memory is full. */
import { type Finding, fault, ok } from './finding.ts';

const PATIENCE_MS = 5000;
const OLDEST = 6;
/** Redis may evict entries at any time; the library keeps nothing else there. */
const EVICTS = /^(allkeys|volatile)-/;

export async function checkRedis(url: string): Promise<Finding[]> {
  const check = 'Redis';
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: PATIENCE_MS,
    commandTimeout: PATIENCE_MS,
    retryStrategy: () => null,
  });
  // The command that is sent next reports the failure.
  redis.on('error', () => {});
  try {
    await redis.connect();
    return checkInfo(await redis.info());
  } catch (error) {
    const detail = `not reached: ${(error as Error).message}`;
    return [
      fault('wrong', {
        check,
        detail,
        remedy: 'Start Redis, or correct its URL; the service runs without Redis meanwhile.',
      }),
    ];
  } finally {
    redis.disconnect();
  }
}

/** @param info the reply to INFO. */
export function checkInfo(info: string): Finding[] {
  const fieldOf = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  return [versionFinding(fieldOf('redis_version')), policyFinding(fieldOf('maxmemory_policy'), fieldOf('maxmemory'))];
}

function versionFinding(version: string | undefined): Finding {
  const check = 'Redis';
  if (version === undefined) return fault('unknown', { check, detail: 'it reports no version', remedy: '' });
  if (Number.parseInt(version, 10) >= OLDEST) return ok(check, version);
  return fault('wrong', { check, detail: version, remedy: `Use Redis ${OLDEST} or later.` });
}

function policyFinding(policy: string | undefined, most: string | undefined): Finding {
  const check = 'Redis maxmemory-policy';
  if (policy === undefined) return fault('unknown', { check, detail: 'it reports no policy', remedy: '' });
  if (EVICTS.test(policy)) return ok(check, policy);
  const detail =
    most === '0'
      ? `${policy}, and no maxmemory: it grows until the machine has no memory left`
      : `${policy}: it refuses entries once it is full`;
  return fault('wrong', { check, detail, remedy: 'Set maxmemory, and maxmemory-policy allkeys-lru.' });
}
