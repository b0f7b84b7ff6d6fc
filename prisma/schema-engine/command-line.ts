/** The command line on which the Prisma CLI starts its schema engine. */

import { parseArgs } from 'node:util';

/** Where the database is; `shadowDatabaseUrl` names a database kept for shadow use, instead of one created each time. */
export interface Datasource {
  url?: string;
  shadowDatabaseUrl?: string;
}

export interface CommandLine {
  /** Paths of the Prisma schema files. */
  datamodels: string[];
  datasource: Datasource;
  /** The sub-command after `cli`, such as `can-connect-to-database`; undefined asks for JSON-RPC on stdin. */
  subcommand: string | undefined;
}

/** Throws a TypeError on an unknown option, and a SyntaxError if `--datasource` is not JSON. */
export function parseCommandLine(args: string[]): CommandLine {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      datamodels: { type: 'string', multiple: true, default: [] },
      datasource: { type: 'string', default: '{}' },
      'enabled-preview-features': { type: 'string' },
      'extension-types': { type: 'string' },
    },
  });
  return {
    datamodels: values.datamodels,
    datasource: JSON.parse(values.datasource) as Datasource,
    subcommand: positionals[0] === 'cli' ? (positionals[1] ?? '') : undefined,
  };
}
