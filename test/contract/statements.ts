/** Compiled statements on their way to the database, caught. */

import type { Compiler, Statement } from 'hotpath/compile/compile';
import type { App } from '../../src/app.ts';

/** What `work` has compiled, in order. */
export async function catchStatements(app: App, work: () => Promise<unknown>): Promise<Statement[]> {
  const caught: Statement[] = [];
  const compiler = app.hotpath.compiler as { compile: Compiler['compile'] };
  const { compile } = compiler;
  compiler.compile = (...args) => {
    const statement = compile(...args);
    caught.push(statement);
    return statement;
  };
  try {
    await work();
  } finally {
    compiler.compile = compile;
  }
  return caught;
}
