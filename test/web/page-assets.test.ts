/** What a process serves of its page: only what the page loads, packed, and from memory. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { writeFileList } from '../../scripts/build-pages.js';
import { loadAssets } from '../../src/web/server/page-assets.ts';
import { ask } from './http-client.ts';
import { builtAssets, serveSample } from './served.ts';
import type { Served } from './served.ts';

let served: Served | undefined;
afterEach(() => served?.server.close());

const ASSETS: Readonly<Record<string, string>> = {
  'instance-a.js': 'import "./shared-b.js"; new SharedWorker(new URL("/assets/worker-c.js"))',
  'shared-b.js': 'const lazy = () => import("./lazy-d.js"); lazy("none-here.js")',
  'worker-c.js': 'self.onconnect = 1',
  'lazy-d.js': 'export default "<é>"',
  'shared-b.css': '@font-face { src: url(./font-e.woff2) }',
  'font-e.woff2': 'packed already',
  'console-f.js': 'import "./shared-b.js"',
};

/** The assets of a small page; its folder is gone when this returns. */
function smallPage() {
  const folder = mkdtempSync(join(tmpdir(), 'gridd-page-'));
  try {
    mkdirSync(join(folder, 'assets'));
    const link = '<link nonce="gridd-nonce" href="/assets/shared-b.css">';
    const script = '<script nonce="gridd-nonce" src="/assets/instance-a.js"></script>';
    writeFileSync(join(folder, 'instance.html'), `<!doctype html>${link}${script}`);
    writeFileSync(join(folder, 'gridd.svg'), '<svg/>');
    for (const [name, text] of Object.entries(ASSETS)) {
      const path = join(folder, 'assets', name);
      writeFileSync(path, text);
      if (name.endsWith('.woff2')) continue;
      writeFileSync(`${path}.br`, brotliCompressSync(text));
      writeFileSync(`${path}.gz`, gzipSync(text));
    }
    writeFileList(folder, 'instance');
    return loadAssets(folder, 'instance');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Status, headers and bytes of an asset for a caller that says what it takes. */
function fetchAs(port: number, path: string, accepted: string | null) {
  return new Promise<{ encoding: string; vary: string; body: Buffer }>((resolve, reject) => {
    const headers = accepted === null ? {} : { 'accept-encoding': accepted };
    request({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { 'content-encoding': encoding = 'identity', vary = '' } = response.headers;
        resolve({ encoding, vary, body: Buffer.concat(chunks) });
      });
    })
      .on('error', reject)
      .end();
  });
}

function unpacked(encoding: string, body: Buffer): Buffer {
  if (encoding === 'br') return brotliDecompressSync(body);
  return encoding === 'gzip' ? gunzipSync(body) : body;
}

it('keeps what the page loads, whoever names it, and nothing of another page', () => {
  const { files } = smallPage();
  const expected = Object.keys(ASSETS).filter((name) => name !== 'console-f.js');
  expect([...files.keys()].sort()).toEqual([
    ...expected.map((name) => `assets/${name}`).sort(),
    'gridd.svg',
  ]);
  // The plain text of a file that is kept packed is not kept as well.
  expect(files.get('assets/lazy-d.js')?.identity).toBeNull();
});

it.each([
  ['br, gzip', 'br'],
  ['gzip, deflate, br, zstd', 'br'],
  ['GZIP;q=0.8', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['*', 'br'],
  ['*;q=0.5, br;q=0.000', 'gzip'],
  ['gzip;q=0, identity', 'identity'],
  ['deflate', 'identity'],
  ['', 'identity'],
  [null, 'identity'],
])('a caller that takes %s gets %s, and the same bytes', async (accepted, expected) => {
  served = await serveSample({ assets: smallPage() });
  const { encoding, vary, body } = await fetchAs(served.port, '/assets/lazy-d.js', accepted);
  expect([encoding, vary]).toEqual([expected, 'accept-encoding']);
  expect(unpacked(expected, body).toString()).toBe(ASSETS['lazy-d.js']);
});

it('serves a file that is packed already as it is, and the icon', async () => {
  served = await serveSample({ assets: smallPage() });
  const font = await fetchAs(served.port, '/assets/font-e.woff2', 'br, gzip');
  expect([font.encoding, font.body.toString()]).toEqual(['identity', 'packed already']);
  const icon = await ask(served.port, '/gridd.svg');
  expect([icon.headers['content-type'], icon.text]).toEqual(['image/svg+xml', '<svg/>']);
  expect(icon.headers['cache-control']).toBe('public, max-age=3600');
  expect((await ask(served.port, '/assets/gridd.svg')).status).toBe(404);
});

it('gives each answer a nonce of its own, in the page and in its policy', async () => {
  served = await serveSample({ assets: smallPage() });
  const nonces = new Set<string>();
  for (let load = 0; load < 3; load += 1) {
    const { headers, text } = await ask(served.port, '/');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    const [, nonce = ''] = /nonce="([^"]+)"/.exec(text) ?? [];
    expect(nonce).toMatch(/^[\w-]{22}$/);
    expect(text.split(`nonce="${nonce}"`)).toHaveLength(3);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain(`style-src 'self' 'nonce-${nonce}';`);
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).toContain("worker-src 'self';");
    expect(policy).not.toMatch(/unsafe|\*|http/);
    nonces.add(nonce);
  }
  expect(nonces.size).toBe(3);
});

it.each(['instance', 'console'] as const)('serves the real %s page from memory', async (page) => {
  served = await serveSample({ assets: builtAssets(page) });
  const { text } = await ask(served.port, '/');
  const files = [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, file = '']) => file);
  expect(files.some((file) => file.endsWith('.css'))).toBe(true);
  expect(files.some((file) => file.startsWith(`/assets/${page}-`))).toBe(true);
  for (const file of files) {
    const { status, headers } = await ask(served.port, file);
    expect([file, status]).toEqual([file, 200]);
    expect(headers['content-type']).toMatch(/^text\/(css|javascript); charset=utf-8$/);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
  }
  // No script and no style in the page itself, and nothing from elsewhere.
  expect(text).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|gridd-nonce/);
  expect(text).not.toMatch(/(?:href|src)="(?!\/)/);
});

/**
 * Script in kB as gzip sends it: what a page loads to begin with, the longer language included, and
 * what it may load ever.
 */
const BUDGET_KB = { first: 350, all: 450 };

it.each(['instance', 'console'] as const)('the %s page keeps to its budget', async (page) => {
  const { html, files } = builtAssets(page);
  const first = [...html.matchAll(/(?:href|src)="\/(assets\/[^"]+\.js)"/g)].map(([, at = '']) => at);
  expect(first.length).toBeGreaterThan(0);
  const kiloBytes = (paths: readonly string[]) =>
    paths.reduce((sum, path) => sum + (files.get(path)?.gzip?.length ?? 0), 0) / 1000;
  const all = [...files.keys()].filter((path) => path.endsWith('.js'));
  const languages = all.filter((path) => /^assets\/(en|zh-hant)-/.test(path));
  // Of the languages a page loads the one that it shows.
  expect(languages).toHaveLength(2);
  expect(first.filter((path) => languages.includes(path))).toEqual([]);
  const shown = Math.max(...languages.map((path) => kiloBytes([path])));
  const [begins, ever] = [kiloBytes(first) + shown, kiloBytes(all)];
  const figures = [begins, shown, ever].map((figure) => figure.toFixed(1));
  const split = `${figures[0]} kB of script to begin with, ${figures[1]} kB of it words`;
  console.log(`${page} page: ${split}; ${figures[2]} kB in all`);
  expect(kiloBytes(first)).toBeGreaterThan(50);
  expect(begins).toBeLessThanOrEqual(BUDGET_KB.first);
  expect(kiloBytes(all)).toBeLessThanOrEqual(BUDGET_KB.all);
});
