/** A child that is the service, as in production, with the routes that the bench adds. */
import { buildApp } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { answerReads } from './answer-reads.ts';
import { hotpathAnswers } from './hotpath.ts';
import { addWideRoutes } from './hotpath-routes.ts';

const app = buildApp(loadConfig());
addWideRoutes(app);
await app.listen({ host: '127.0.0.1', port: 0 });
answerReads(app.server, hotpathAnswers(app.hotpath));
