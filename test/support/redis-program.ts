/** The program that is Redis. */
import { programOf } from './program.ts';

export const redisProgram = (): Promise<string> =>
  programOf({
    names: ['redis-server', 'valkey-server'],
    debianPackage: 'redis-server',
    advice:
      'These tests need Redis: install redis-server (apt-get install redis-server, brew install redis), or set REDIS_URL.',
  });
