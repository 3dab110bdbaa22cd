/** The API documents of both servers: complete, well-formed, and true of what is answered. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigService } from '../../src/contract/console-api.ts';
import { GriddError } from '../../src/contract/errors.ts';
import { addConfigRoutes } from '../../src/web/server/config-routes.ts';
import { addLogRoutes } from '../../src/web/server/log-routes.ts';
import { serveConsole } from '../../src/web/server/console-server.ts';
import type { ApiDocument, Operation } from '../../src/web/server/api-document.ts';
import { readTree } from '../source-tree.ts';
import { ask } from './http-client.ts';
import { SampleConsole } from './sample-console.ts';
import { serveSample } from './served.ts';

const EMPTY = { html: '', files: new Map() };
/** Configs of which only the routes are looked at. */
const none = () => {
  throw new GriddError('NOT_FOUND', 'There are no configs here.');
};
const unasked: ConfigService = {
  ...{ mark: 0, list: none, archived: none, view: none, check: none, create: none, save: none },
  ...{ versions: none, version: none, rollback: none, archive: none, restore: none },
  ...{ templates: none, template: none, schema: none, author: none },
};
/** Answered on the supervisor's socket alone, for the command line. */
const SOCKET_ONLY = ['/api/configs/:id/author'];
const servers: { close(): Promise<void> }[] = [];
const ports = { instance: 0, console: 0 };

beforeAll(async () => {
  const served = await serveSample();
  const fleet = await serveConsole(new SampleConsole(), {
    home: '/h',
    host: '127.0.0.1',
    port: 0,
    avoidPorts: [],
    allowedHosts: [],
    assets: EMPTY,
    more: [
      (app, actorOf) => addConfigRoutes(app, unasked, actorOf),
      (app) => addLogRoutes(app, { folders: () => [] }),
    ],
  });
  servers.push(served.server, fleet);
  Object.assign(ports, { instance: served.port, console: fleet.port });
});
afterAll(async () => {
  for (const server of servers) await server.close();
});

async function documentOf(surface: keyof typeof ports): Promise<ApiDocument> {
  const { status, json } = await ask(ports[surface], '/api/docs/openapi.json');
  expect(status).toBe(200);
  return json as ApiDocument;
}

function operationsOf(document: ApiDocument): [string, string, Operation][] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]): [string, string, Operation] => [path, method, one]),
  );
}

it('an adjust alone takes a key, on both servers, and the pages send none elsewhere', async () => {
  const keyed = [];
  for (const surface of ['instance', 'console'] as const) {
    const document = await documentOf(surface);
    expect(document.info.description).toContain('An adjust takes an Idempotency-Key');
    for (const [path, method, { parameters = [] }] of operationsOf(document)) {
      const names = parameters.map(({ name }) => name.toLowerCase());
      if (names.includes('idempotency-key')) keyed.push(`${method} ${path}`);
    }
  }
  expect(keyed).toEqual(['post /api/grid/adjust', 'post /api/instances/{id}/adjust']);
  const sending = readTree('src/web/ui')
    .filter(({ text }) => /\b(?:post|send)\b[^;]*,\s*(?:key|keyOf\([^)]*\))\s*\)/.test(text))
    .map(({ path }) => path.split('/').at(-1));
  expect(sending.sort()).toEqual(['adjust-flow.ts', 'api.ts', 'apply-range.tsx']);
});

it('every route in the source of the servers is in one of the documents', async () => {
  const known = new Set<string>();
  for (const surface of ['instance', 'console'] as const) {
    for (const path of Object.keys((await documentOf(surface)).paths)) known.add(path);
  }
  const written = readTree('src/web/server')
    .filter(({ path }) => !path.endsWith('/route-words.ts'))
    .flatMap(({ text }) => [...text.matchAll(/app\.(?:get|post|put|delete)\b[^(]*(?:<[^(]*>)?\(\s*['`]([^'`]+)/g)])
    .flatMap(([, path = '']) =>
      path.includes('${verb}')
        ? ['restart', 'reload', 'pause', 'resume'].map((verb) => path.replace('${verb}', verb))
        : [path],
    );
  expect(written.length).toBeGreaterThan(35);
  const served = written.filter((path) => !SOCKET_ONLY.includes(path));
  expect(written.length - served.length).toBe(SOCKET_ONLY.length);
  for (const path of served) expect([...known]).toContain(path.replaceAll(/:(\w+)/g, '{$1}'));
});

describe.each(['instance', 'console'] as const)('the document of the %s', (surface) => {
  it('is OpenAPI 3.1 in its structure', async () => {
    const document = await documentOf(surface);
    expect(document.openapi).toBe('3.1.0');
    const ids = new Set<string>();
    for (const [path, method, operation] of operationsOf(document)) {
      const name = `${method} ${path}`;
      expect(path).toMatch(/^\/[\w./{}-]*$/);
      expect(['get', 'post', 'put', 'delete']).toContain(method);
      // A route without words here has none in src/web/server/route-words.ts.
      expect([name, operation.summary]).toEqual([name, expect.stringMatching(/^\S.*\.$/)]);
      ids.add(operation.operationId);
      const { parameters = [], requestBody, responses } = operation;
      const inPath = parameters.filter((one) => one.in === 'path').map((one) => one.name);
      const braces = [...path.matchAll(/\{(\w+)\}/g)].map(([, word]) => word);
      expect([name, inPath]).toEqual([name, braces]);
      for (const one of parameters) expect(['path', 'query', 'header']).toContain(one.in);
      if (method === 'get') expect(requestBody).toBeUndefined();
      expect(Object.keys(responses)).toEqual(['200', 'default']);
    }
    expect(ids.size).toBe(operationsOf(document).length);
  });

  it('holds schemas that are valid, and names none that is not there', async () => {
    const document = await documentOf(surface);
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    ajv.addSchema(document, 'doc');
    const names = Object.keys(document.components['schemas'] ?? {});
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) ajv.compile({ $ref: `doc#/components/schemas/${name}` });
    for (const [, , { parameters = [], requestBody }] of operationsOf(document)) {
      const bodies = Object.values(requestBody?.content ?? {}).map(({ schema }) => schema);
      const all = [...parameters.map(({ schema }) => schema), ...bodies];
      for (const schema of all) expect(ajv.validateSchema(schema ?? {})).toBe(true);
    }
    const found = new Set(
      [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)].map(
        ([, kind = '', name = '']) => `${kind}/${name}`,
      ),
    );
    for (const one of found) {
      const [kind = '', name = ''] = one.split('/');
      expect(Object.keys(document.components[kind] ?? {})).toContain(name);
    }
  });

  it('is true of what is answered', async () => {
    const document = await documentOf(surface);
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    ajv.addSchema(document, 'doc');
    let judged = 0;
    for (const [path, method, { responses }] of operationsOf(document)) {
      const answer = responses['200'];
      if (method !== 'get' || answer === undefined || !('content' in answer)) continue;
      const schema = answer.content['application/json']?.schema;
      if (schema === undefined) continue;
      const { status, json } = await ask(ports[surface], path.replaceAll(/\{\w+\}/g, 'bp_sol_01'));
      if (status !== 200) continue;
      const rebased = JSON.stringify(schema).replaceAll('"#/', '"doc#/');
      const isTrue = ajv.compile(JSON.parse(rebased) as object);
      isTrue(json);
      expect([path, isTrue.errors]).toEqual([path, null]);
      judged += 1;
    }
    expect(judged).toBeGreaterThan(5);
  });

  it('can be read as a page without a script', async () => {
    const { headers, text } = await ask(ports[surface], '/api/docs');
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    const [, nonce = ''] = /<style nonce="([\w-]+)">/.exec(text) ?? [];
    expect(headers['content-security-policy']).toContain(`'nonce-${nonce}'`);
    expect(text).not.toMatch(/<script|\son\w+=|\sstyle=/);
    for (const path of Object.keys((await documentOf(surface)).paths)) {
      expect(text).toContain(`<code>${path}</code>`);
    }
  });
});

it('is asked for by this machine only, like all of it', async () => {
  const foreign = await ask(ports.instance, '/api/docs', { headers: { host: 'evil.example' } });
  expect(foreign).toMatchObject({ status: 403, json: { code: 'HOST_FORBIDDEN' } });
});
