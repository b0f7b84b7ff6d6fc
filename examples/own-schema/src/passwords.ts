import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';

const KEY_BYTES = 32;

export function hashOf(password: string): string {
  const salt = randomBytes(16);
  return `${salt.toString('hex')}:${scryptSync(password, salt, KEY_BYTES).toString('hex')}`;
}

export function isPassword(password: string, hash: string): boolean {
  const [salt = '', key = ''] = hash.split(':');
  return timingSafeEqual(scryptSync(password, Buffer.from(salt, 'hex'), KEY_BYTES), Buffer.from(key, 'hex'));
}
