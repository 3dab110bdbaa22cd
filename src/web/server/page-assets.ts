/**
 * The files of a page, read into memory once: whatever happens to the installation later, a running
 * process goes on serving its page. Only files read here can be served, so no path can escape.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { GriddError } from '../../contract/errors.ts';

export interface PageAsset {
  readonly body: Buffer;
  readonly type: string;
  /** Strong entity tag, quotes included. */
  readonly etag: string;
}

/** Files by name, e.g. "instance.html". */
export type PageAssets = ReadonlyMap<string, PageAsset>;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Reads every page file directly inside `folder` (dist/web/ui); other files are left out. */
export function loadAssets(folder: string): PageAssets {
  const assets = new Map<string, PageAsset>();
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    assets.set(entry.name, makeAsset(readFileSync(join(folder, entry.name)), type));
  }
  return assets;
}

/** Sends the asset `name`, or 304 when the caller has it already; NOT_FOUND when there is none. */
export function sendAsset(
  assets: PageAssets,
  name: string,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const asset = assets.get(name);
  if (asset === undefined) throw new GriddError('NOT_FOUND', `There is no page file "${name}".`);
  // Asked again at each load: a new build must show at once, and the answer is mostly a 304.
  reply.header('cache-control', 'no-cache').header('etag', asset.etag);
  const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim()) ?? [];
  if (known.includes(asset.etag) || known.includes('*')) return reply.code(304).send();
  return reply.type(asset.type).send(asset.body);
}

function makeAsset(body: Buffer, type: string): PageAsset {
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  return { body, type, etag: `"${digest}"` };
}
