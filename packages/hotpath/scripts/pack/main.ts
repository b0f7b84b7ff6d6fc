/** `npm run pack [-- FOLDER]`: writes the tarball of the library into a folder. The default is the current folder. */
import { orSentence } from '../or-sentence.ts';
import { pack } from './pack.ts';

await orSentence(async () => {
  const { tarball, size, peers } = await pack(process.argv[2] ?? process.env['INIT_CWD'] ?? '.');
  process.stdout.write(`${tarball}, ${Math.round(size / 1000)} kB\n`);
  for (const [entry, needed] of Object.entries(peers)) {
    process.stdout.write(
      `  ${entry.padEnd(20)} ${needed.length > 0 ? `needs ${needed.join(', ')}` : 'needs no peer'}\n`,
    );
  }
});
