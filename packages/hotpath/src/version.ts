/** The version of this package. A test compares it with package.json, which a bundled service does not have. */
export const VERSION = '0.1.0';
