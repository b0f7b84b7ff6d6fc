/** The marketplace's `job()`: typed by what its jobs work with. */
import { jobs } from 'hotpath/jobs';
import type { Dependencies } from '../plugins/jobs.ts';

export const job = jobs<Dependencies>();
