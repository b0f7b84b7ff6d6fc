/** The version of the schema `hotpath` that this version of the library needs: that of the last file in `sql`. */
export const LATEST_VERSION = 4;
