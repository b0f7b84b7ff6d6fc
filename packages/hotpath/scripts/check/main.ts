/** `npm run check:package`: packs the library, and fails on any fault of the tarball. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orSentence } from '../or-sentence.ts';
import { PackError } from '../pack/manifest.ts';
import { pack } from '../pack/pack.ts';
import { checkTarball } from './tarball.ts';

await orSentence(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hotpath-check-'));
  try {
    const packed = await pack(folder);
    const findings = await checkTarball(packed, folder);
    if (findings.length > 0) throw new PackError(findings.join('\n'));
    process.stdout.write(`The package is in order: ${Math.round(packed.size / 1000)} kB.\n`);
  } finally {
    await rm(folder, { recursive: true });
  }
});
