/** The command line of the freshness check. */
import { expect, it } from 'vitest';
import { FAULT_NAMES, REPLICA_FAULT_NAMES } from './faults/index.ts';
import { commandFrom, type RunOptions } from './options.ts';

it('checks this service for a minute, with all faults, by default', () => {
  const usual = { seconds: 60, seed: expect.any(Number), faults: FAULT_NAMES, replicas: 0, without: undefined };
  expect(commandFrom([])).toEqual({ does: 'check', options: usual });
  const given = commandFrom(['--seconds', '5', '--seed', '7', '--faults', 'copy,ddl', '--without', 'changes']);
  expect(given).toEqual({
    does: 'check',
    options: { seconds: 5, seed: 7, faults: ['copy', 'ddl'], replicas: 0, without: 'changes' },
  });
});

it('has faults of standbys only with standbys', () => {
  const faultsOf = (...args: string[]) => (commandFrom(args) as { options: RunOptions }).options.faults;
  expect(faultsOf('--replicas', '2')).toEqual([...FAULT_NAMES, ...REPLICA_FAULT_NAMES]);
  expect(() => faultsOf('--faults', 'replica-lag')).toThrow('There is no fault "replica-lag".');
});

it('hunts in the service at --base', () => {
  const from = ['--base', 'https://shop.example/api/', '--path', '/v1/products', '--header', 'Authorization: Bearer x'];
  expect(commandFrom(from)).toEqual({
    does: 'hunt',
    options: {
      base: 'https://shop.example/api',
      paths: ['/v1/products'],
      headers: { authorization: 'Bearer x' },
      databaseUrl: undefined,
      writes: [],
      seconds: 60,
      boundMs: 200,
    },
  });
});

it('needs no more than an address and a database', () => {
  const databaseUrl = 'postgresql://localhost/shop';
  const command = commandFrom(['--base', 'http://127.0.0.1:3000', '--database', databaseUrl]);
  expect(command).toMatchObject({ does: 'hunt', options: { databaseUrl, paths: [], writes: [] } });
});

const page = ['--base', 'http://127.0.0.1', '--path', '/'];

it.each([
  [['--faults', 'flood,sunshine'], 'There is no fault "sunshine".'],
  [['--without', 'luck'], 'There is no guard "luck".'],
  [['--seconds', 'many'], '--seconds is "many", but must be a number.'],
  [['--nothing'], `Unknown option '--nothing'`],
  [['--path', '/'], '--path does not go without --base.'],
  [[...page, '--faults', 'none'], '--faults does not go with --base.'],
  [['--base', 'shop'], '--base is "shop", but must be a URL such as http://127.0.0.1:3000.'],
  [[...page, '--path', 'v1'], 'The page "v1" does not start with a slash.'],
  [[...page, '--paths', 'no-such-file'], '--paths cannot be read: ENOENT'],
  [[...page, '--header', 'Authorization'], '--header is "Authorization", but must be "Name: value".'],
  [[...page, '--write', 'update'], '--write needs --database.'],
  [[...page, '--database', 'shop'], '--database is "shop", but must be a URL such as postgresql://localhost/shop.'],
])('refuses %j', (args, message) => {
  expect(() => commandFrom(args)).toThrow(message);
});
