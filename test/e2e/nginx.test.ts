/**
 * The nginx of docs/nginx.md, as it stands there but for names and places, before a real page: TLS,
 * its password, then the token, and events that arrive when they happen.
 */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { judgeWebToken } from '../../src/contract/access.ts';
import { waitFor } from '../fixtures/wait-for.ts';
import { ROOT } from '../source-tree.ts';
import { serveSample } from '../web/served.ts';
import type { Served } from '../web/served.ts';

const NGINX = ['/usr/sbin/nginx', '/usr/bin/nginx'].find((file) => existsSync(file));
const READY = NGINX !== undefined && existsSync('/usr/bin/openssl');
// Another loopback address than the page's, on the same port.
const OUTER = '127.0.0.2';
const NAME = 'grid.example.org';
const TOKEN = 'T'.repeat(43);
const BASIC = { authorization: `Basic ${btoa('me:word')}` };

if (!READY) console.log('nginx or openssl is not installed: docs/nginx.md is not tried here');

let folder: string;
let served: Served;
let nginx: ChildProcess;

beforeAll(async () => {
  if (NGINX === undefined || !READY) return;
  folder = mkdtempSync(join(tmpdir(), 'gridd-nginx-'));
  served = await serveSample({ token: () => judgeWebToken(TOKEN), allowedHosts: [NAME] });
  writeFileSync(join(folder, 'nginx.conf'), configFor(folder, served.port));
  nginx = spawn(NGINX, ['-p', folder, '-e', 'error.log', '-c', join(folder, 'nginx.conf')], {
    stdio: 'ignore',
  });
  await waitFor('nginx', async () => (await ask('/health').catch(() => null)) !== null);
});
afterAll(async () => {
  if (!READY) return;
  nginx.kill('SIGTERM');
  await new Promise((resolve) => nginx.once('exit', resolve));
  await served.server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The page's block, listening on a loopback address with a certificate of its own. */
function configFor(place: string, port: number): string {
  const key = join(place, 'key.pem');
  const certificate = join(place, 'cert.pem');
  const subject = ['-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-days', '2', '-keyout', key, '-out', certificate];
  execFileSync('openssl', ['req', ...kind, ...files, ...subject], { stdio: 'ignore' });
  const hash = execFileSync('openssl', ['passwd', '-apr1', 'word'], { encoding: 'utf8' });
  writeFileSync(join(place, 'gridd.htpasswd'), `me:${hash}`);
  mkdirSync(join(place, 'tmp'));
  const page = readFileSync(join(ROOT, 'docs', 'nginx.md'), 'utf8');
  const [, block = ''] = /<!-- nginx -->\n```nginx\n([^]*?)```\n<!-- \/nginx -->/.exec(page) ?? [];
  const own = block
    .replace('listen 203.0.113.5:5000 ssl;', `listen ${OUTER}:${port} ssl;`)
    .replace(/ *listen 203\.0\.113\.5:5001 ssl;\n/, '')
    .replace('/etc/ssl/grid.example.org.pem', certificate)
    .replace('/etc/ssl/grid.example.org.key', key)
    .replace('/etc/nginx/gridd.htpasswd', join(place, 'gridd.htpasswd'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const paths = temporary.map((kind) => `${kind}_temp_path ${join(place, 'tmp', kind)};`);
  const http = ['access_log off;', ...paths, own].join('\n');
  const user = process.getuid?.() === 0 ? 'user root;\n' : '';
  return `${user}daemon off;\npid nginx.pid;\nworker_processes 1;\nevents {}\nhttp {\n${http}\n}\n`;
}

function open(path: string, headers: Record<string, string>, method: string, body = '') {
  return new Promise<IncomingMessage>((resolve, reject) => {
    const ca = readFileSync(join(folder, 'cert.pem'));
    const { port } = served;
    const named = { host: `${NAME}:${port}`, ...headers };
    const outgoing = request(
      { host: OUTER, port, path, method, headers: named, servername: NAME, ca, agent: false },
      resolve,
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function ask(path: string, headers: Record<string, string> = {}, method = 'GET', body = '') {
  const response = await open(path, headers, method, body);
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return { status: response.statusCode, text, cookies: response.headers['set-cookie'] ?? [] };
}

it.skipIf(!READY)('asks for its password, then for the token, then acts', async () => {
  expect((await ask('/api/status')).status).toBe(401);
  const closed = await ask('/api/status', BASIC);
  expect(JSON.parse(closed.text)).toMatchObject({ code: 'TOKEN_NEEDED' });
  const origin = `https://${NAME}:${served.port}`;
  const typed = { ...BASIC, origin, 'content-type': 'application/json' };
  const signed = await ask('/api/session', typed, 'POST', JSON.stringify({ token: TOKEN }));
  expect([signed.status, signed.cookies.length]).toEqual([200, 1]);
  expect(signed.cookies[0]).toMatch(/; Secure$/);
  const cookie = signed.cookies[0]?.split(';')[0] ?? '';
  expect((await ask('/api/status', { ...BASIC, cookie })).status).toBe(200);
  expect((await ask('/api/pause', { ...BASIC, origin, cookie }, 'POST')).status).toBe(200);
  const evil = { ...BASIC, origin: 'https://evil.example', cookie };
  expect((await ask('/api/resume', evil, 'POST')).status).toBe(403);
  expect(served.service.shown.grid_state).toBe('paused');
});

it.skipIf(!READY)('passes events on when they happen', async () => {
  const signed = await ask(
    '/api/session',
    { ...BASIC, 'content-type': 'application/json' },
    'POST',
    JSON.stringify({ token: TOKEN }),
  );
  const cookie = signed.cookies[0]?.split(';')[0] ?? '';
  const stream = await open('/api/events', { ...BASIC, cookie }, 'GET');
  stream.setEncoding('utf8');
  let heard = '';
  stream.on('data', (text: string) => (heard += text));
  await waitFor('the first event', () => heard.includes('\n\n'));
  heard = '';
  // The stream stays open: what arrives was not held back until its end.
  await served.service.pause();
  await served.service.resume();
  await waitFor('the event', () => heard.includes('"grid_state":"running"'));
  stream.destroy();
});
