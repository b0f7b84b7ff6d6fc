/** Types of `negotiator`, which has none of its own; those of DefinitelyTyped lack `preferred`. */
declare module 'negotiator' {
  export default class Negotiator {
    constructor(request: { readonly headers: Readonly<Record<string, string>> });
    /** @returns the acceptable encodings of `available`, the best first. */
    encodings(available: string[], options?: { readonly preferred?: string[] }): string[];
  }
}
