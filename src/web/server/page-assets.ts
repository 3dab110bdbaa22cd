/**
 * The files of one page, read into memory once: whatever happens to the installation later, a
 * running process goes on serving its page. Only what the page may load is kept, and only
 * compressed. Names hold a hash of their content, so browsers keep the files for ever; the page
 * itself they ask for again each time, and each time it has a new nonce.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { GriddError } from '../../contract/errors.ts';

/**
 * A file by the encodings it is kept in; one of a kind that is packed already is only
 * `identity`.
 */
export interface PageAsset {
  readonly type: string;
  readonly br: Buffer | null;
  readonly gzip: Buffer | null;
  readonly identity: Buffer | null;
}

/** A page with the files it may load, by path, e.g. "assets/instance-DQcxO.js" or "gridd.svg". */
export interface PageAssets {
  /** With `NONCE_PLACE` wherever the nonce of a response belongs. */
  readonly html: string;
  readonly files: ReadonlyMap<string, PageAsset>;
}

/** Stands in the built page where a nonce belongs; scripts/build-pages.js writes it. */
const NONCE_PLACE = 'gridd-nonce';
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};
const FOR_EVER = 'public, max-age=31536000, immutable';
/** The icon has the same name in every build. */
const FOR_AN_HOUR = 'public, max-age=3600';
const unpack = promisify(gunzip);

/** Reads a page and everything it may load from `folder` (dist/web/ui), as the build listed it. */
export function loadAssets(folder: string, page: 'instance' | 'console'): PageAssets {
  const html = readFileSync(join(folder, `${page}.html`), 'utf8');
  const names: unknown = JSON.parse(readFileSync(join(folder, `${page}.files.json`), 'utf8'));
  const paths = (names as readonly string[]).map((name) => `assets/${name}`);
  const all = ['gridd.svg', ...paths].map((path) => [path, readAsset(folder, path)] as const);
  return { html, files: new Map(all) };
}

/** Headers of the page itself, beside those of every answer; `nonce` lets libraries add styles. */
export function pageHeaders(nonce: string): Readonly<Record<string, string>> {
  return {
    'content-security-policy':
      `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; ` +
      "worker-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; " +
      "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
  };
}

/** GET / and the files that the page loads. */
export function addPageRoutes(app: FastifyInstance, assets: PageAssets): void {
  app.get('/', (_request, reply) => sendPage(assets, reply));
  app.get('/gridd.svg', (request, reply) => sendAsset(assets, 'gridd.svg', request, reply));
  app.get<{ Params: { name: string } }>('/assets/:name', (request, reply) =>
    sendAsset(assets, `assets/${request.params.name}`, request, reply),
  );
}

/** Sends the page with a nonce that no other answer has. */
function sendPage({ html }: PageAssets, reply: FastifyReply): FastifyReply {
  const nonce = randomBytes(16).toString('base64url');
  return reply.headers(pageHeaders(nonce)).send(html.replaceAll(NONCE_PLACE, nonce));
}

/** Sends the file at `path` in the best form the caller takes; NOT_FOUND when there is none. */
async function sendAsset(
  { files }: PageAssets,
  path: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const asset = files.get(path);
  if (asset === undefined) throw new GriddError('NOT_FOUND', `There is no page file "${path}".`);
  const encoding = encodingFor(asset, String(request.headers['accept-encoding'] ?? ''));
  if (encoding !== 'identity') void reply.header('content-encoding', encoding);
  void reply
    .type(asset.type)
    .header('cache-control', path.startsWith('assets/') ? FOR_EVER : FOR_AN_HOUR)
    .header('vary', 'accept-encoding');
  return reply.send(asset[encoding] ?? (await unpack(asset.gzip ?? Buffer.alloc(0))));
}

/** The smallest form that is kept and that an Accept-Encoding allows. */
function encodingFor(asset: PageAsset, accepted: string): 'br' | 'gzip' | 'identity' {
  const refused = new Set<string>();
  const taken = new Set<string>();
  for (const part of accepted.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((word) => word.trim());
    const isRefused = parameters.some((word) => /^q=0(\.0{1,3})?$/.test(word));
    (isRefused ? refused : taken).add(name);
  }
  const takes = (name: string) =>
    taken.has(name) || (taken.has('*') && !refused.has(name));
  if (asset.br !== null && takes('br')) return 'br';
  return asset.gzip !== null && takes('gzip') ? 'gzip' : 'identity';
}

function readAsset(folder: string, path: string): PageAsset {
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  const read = (ending: string) => {
    try {
      return readFileSync(join(folder, `${path}${ending}`));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  };
  const gzip = read('.gz');
  return { type, br: read('.br'), gzip, identity: gzip === null ? read('') : null };
}
