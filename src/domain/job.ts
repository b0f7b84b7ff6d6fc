/** The marketplace's `job()`: its types know the marketplace's dependencies of jobs. */
import { jobs } from 'hotpath/jobs';
import type { Dependencies } from '../plugins/jobs.ts';

export const job = jobs<Dependencies>();
