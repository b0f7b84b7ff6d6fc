import { createVerifier } from 'fast-jwt';
import { describe, expect, it } from 'vitest';
import { TEST_SECRET } from '../support/app.ts';
import { runToEnd } from '../support/process.ts';

const hotpath = (...args: string[]) => runToEnd({ JWT_SECRET: TEST_SECRET }, 'src/cli/main.ts', args);

describe('hotpath token', () => {
  it('prints a token, and nothing else', async () => {
    const { code, stdout, stderr } = await hotpath('token', '--user', '7', '--role', 'admin', '--expires-in', '60');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const claims = createVerifier({ key: TEST_SECRET, allowedIss: 'hotpath', allowedAud: 'hotpath' })(stdout.trim());
    expect(claims).toMatchObject({ sub: '7', role: 'admin' });
    expect(claims.exp - claims.iat).toBe(60);
  });

  it.each([
    [['token'], /^--user must be the id of a user/],
    [['token', '--user', 'x'], /^--user must be the id of a user/],
    [['token', '--user', '1', '--role', 'root'], /^--role is "root", but must be user or admin/],
    [['token', '--user', '1', '--colour', 'red'], /Unknown option '--colour'/],
    [['tokens'], /^There is no command "tokens"/],
    [['constructor'], /^There is no command "constructor"/],
  ])('refuses %j with a sentence', async (args, sentence) => {
    const { code, stdout, stderr } = await hotpath(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(sentence);
  });

  it('helps', async () => {
    expect((await hotpath('--help')).stdout).toContain('token');
    expect((await hotpath('token', '--help')).stdout).toContain('--user ID');
  });
});
