/** The part of `pg` that binds values to parameters, which its types leave out. */
declare module 'pg/lib/utils' {
  /** Writes a value as PostgreSQL reads it: text, bytes, or null. */
  function prepareValue(value: unknown): string | Buffer | null;
  const utils: { prepareValue: typeof prepareValue };
  export default utils;
}
