/** The log while others write to it: how large it gets, and how often it is emptied. */
import pg from 'pg';

const SAMPLE_MS = 500;

/** A log that was emptied has another file. */
const SAMPLE = `
SELECT sum(pg_total_relation_size(log))::float8 AS bytes, string_agg(pg_relation_filenode(log)::text, ' ') AS files
FROM unnest('{hotpath.log,hotpath.log_a,hotpath.log_b}'::regclass[]) AS log`;

interface Sample {
  readonly bytes: number;
  readonly files: string;
}

export interface LogWatched {
  /** How often it was emptied, as far as it was seen. */
  readonly emptied: number;
  readonly mostBytes: number;
}

/** Looks at the log of a database for as long as some work takes. */
export async function watchLog(url: string, work: () => Promise<unknown>): Promise<LogWatched> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const samples: Sample[] = [];
  const look = async () => void samples.push((await client.query<Sample>(SAMPLE)).rows[0]!);
  let looking = look();
  const sampling = setInterval(() => {
    looking = looking.then(look);
  }, SAMPLE_MS);
  try {
    await work();
    await looking;
  } finally {
    clearInterval(sampling);
    await client.end();
  }
  const isEmptied = ({ files }: Sample, index: number) => files !== samples[Math.max(0, index - 1)]!.files;
  return { emptied: samples.filter(isEmptied).length, mostBytes: Math.max(...samples.map(({ bytes }) => bytes)) };
}
