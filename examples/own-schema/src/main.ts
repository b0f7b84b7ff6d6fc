import { fromEnvironment } from './environment.ts';
import { build } from './server.ts';

const app = await build({ databaseUrl: fromEnvironment('DATABASE_URL'), secret: fromEnvironment('CURSOR_SECRET') });
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => app.close());
await app.listen({ port: Number(process.env['PORT'] ?? 3000) });
