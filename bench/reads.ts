/** `node bench/reads.ts`: the section `reads` alone. */
import { bench } from './main.ts';

await bench(['reads', ...process.argv.slice(2)]);
