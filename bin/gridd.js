#!/usr/bin/env node
// Starts the built CLI, or says in one sentence why it cannot. An old Node can parse this file.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..');
const main = join(folder, 'dist', 'cli', 'main.js');
const version = process.versions.node.split('.').map(Number);

function refuse(sentence, hint) {
  process.stderr.write(`${sentence}\n  ${hint}\n`);
  process.exitCode = 2;
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
  import(pathToFileURL(main).href).catch((error) => {
    process.stderr.write(`INTERNAL: gridd could not be loaded: ${error.message}\n`);
    process.stderr.write('  Run `npm ci` and `npm run build`; if it stays, please report it.\n');
    process.exitCode = 1;
  });
}
