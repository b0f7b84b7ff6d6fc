/** The TypeScript files whose comments, test titles and error messages the prose check reads: globs from the root of the repository. */
export const CODE: readonly string[] = [];
