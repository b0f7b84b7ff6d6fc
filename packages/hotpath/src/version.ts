/** The version of this package. A test holds it to package.json, which a bundled service has not beside it. */
export const VERSION = '0.1.0';
