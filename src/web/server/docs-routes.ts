/** GET /api/docs: what a server understands and answers, for people and for programs. */
import type { FastifyInstance } from 'fastify';
import { randomBytes } from 'node:crypto';
import { apiDocument } from './api-document.ts';
import type { Route, Surface } from './api-document.ts';
import { docsPage } from './docs-page.ts';
import { pageHeaders } from './page-assets.ts';

/**
 * Adds the routes. Must be called before the routes that are to be described are added; the
 * document is made when somebody asks for it.
 */
export function installDocs(app: FastifyInstance, surface: Surface): void {
  const routes: Route[] = [];
  app.addHook('onRoute', ({ method, url, schema }) => {
    routes.push({ method, url, ...(schema === undefined ? {} : { schema }) });
  });
  app.get('/api/docs/openapi.json', () => apiDocument(surface, routes));
  app.get('/api/docs', (_request, reply) => {
    const nonce = randomBytes(16).toString('base64url');
    return reply.headers(pageHeaders(nonce)).send(docsPage(apiDocument(surface, routes), nonce));
  });
}
