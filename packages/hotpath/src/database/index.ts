/** `hotpath/database`: the privileges, installation and connections of the library in a database, for scripts of operators. */
export { grantsText } from '../access/grants.ts';
export { surveyTables } from '../freshness/coverage.ts';
export { isNotifying, switchNotify } from '../freshness/notify.ts';
export { InstallError, type Installed, install } from '../install/install.ts';
export { type MigrationOptions, migrationFor, type WrittenMigration } from '../install/migration.ts';
export { databaseFault } from '../session/database-fault.ts';
export { SessionClient } from '../session/session-client.ts';
export { SessionPool, type SessionPoolConfig } from '../session/session-pool.ts';
export { closeIfSilent } from '../session/silent-connection.ts';
export { parsedUrl, urlComplaint } from '../session/urls.ts';
