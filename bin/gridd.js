#!/usr/bin/env node
// Starts the built CLI, or says in one sentence why it cannot. An old Node can parse this file.
// It is CommonJS because that starts faster, and so does the list, which is typed all day.
'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const folder = join(__dirname, '..');
const main = join(folder, 'dist', 'cli', 'main.js');
const quickList = join(folder, 'dist', 'cli', 'quick-list.cjs');
const version = process.versions.node.split('.').map(Number);
const words = process.argv.slice(2);

function refuse(sentence, hint) {
  process.stderr.write(`${sentence}\n  ${hint}\n`);
  process.exitCode = 2;
}

function tellBroken(error) {
  const few = error.code === 'EMFILE' || error.code === 'ENFILE';
  const hint = few
    ? 'Raise the limit of open files (ulimit -n), then repeat.'
    : 'Run `npm ci` and `npm run build`; if it stays, please report it.';
  process.stderr.write(`INTERNAL: gridd could not be loaded: ${error.message}\n  ${hint}\n`);
  process.exitCode = 1;
}

async function run() {
  // False: the words are for the full command line, or the answer is not a plain table.
  const done = words[0] === 'list' && (await require(quickList).quickList(words));
  if (!done) await import(pathToFileURL(main).href);
}

if (process.platform !== 'linux') {
  refuse(
    `PLATFORM_UNSUPPORTED: gridd needs Linux; this is ${process.platform}.`,
    'On Windows it runs inside WSL2; elsewhere in a Linux virtual machine or container.',
  );
} else if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
  refuse(
    `PLATFORM_UNSUPPORTED: gridd needs Node 20.19 or newer; this is ${process.versions.node}.`,
    'Install a newer Node, e.g. from https://nodejs.org, and repeat.',
  );
} else if (!existsSync(main)) {
  refuse(`USAGE: gridd is not built yet in ${folder}.`, 'Run `npm run build` there.');
} else {
  run().catch(tellBroken);
}
