/**
 * `npm run bench:supervisor`: gridd beside the supervisors that are on the PATH, all running the same
 * child program in folders of their own. With all of them it writes the table of docs/benchmarks.md;
 * with some, or named by arguments (`npm run bench:supervisor -- runit`), it prints it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Gridd } from './bench/gridd.js';
import { leaveAll, measureFleet, measureOne, measureTrouble } from './bench/measure.js';
import { Pm2 } from './bench/pm2.js';
import { Runit } from './bench/runit.js';
import { S6 } from './bench/s6.js';
import { Supervisord } from './bench/supervisord.js';
import { ensureBuilt } from './build.js';
import { ROOT, checkPlatform, ensureInstalled, refuse } from './ensure.js';

const ALL = [Gridd, Pm2, Supervisord, S6, Runit];
const PAGE = join(ROOT, 'docs', 'benchmarks.md');
const MARKS = /(<!-- peers -->\n)[^]*?(<!-- \/peers -->)/;

const ROWS = [
  ['start 20, all answering, ms', (of) => of.start_20.toFixed(0)],
  ['status of 1, ms', (of) => of.list_1.toFixed(0)],
  ['status of 20, ms', (of) => of.list_20.toFixed(0)],
  ['`kill -9` of a child to the next process, ms', (of) => restart(of)],
  ['its processes with 1 / 20', (of) => `${of.processes_1} / ${of.processes_20}`],
  ['their RSS with 1 / 20, MiB', (of) => `${of.rss_1.toFixed(1)} / ${of.rss_20.toFixed(1)}`],
  ['their PSS with 1 / 20, MiB', (of) => `${of.pss_1.toFixed(1)} / ${of.pss_20.toFixed(1)}`],
  ['`kill -9` of its head, start again', (of) => death(of.head_killed)],
  ['`kill -9` of all its processes, start again', (of) => death(of.all_killed)],
  ['starts of a crashing child in 30 s', ({ crashes: { starts, state } }) => `${starts}, "${state}"`],
  ['child stopped with SIGSTOP for 30 s', ({ freeze }) => frozen(freeze)],
  ['stop of a stubborn child with a stubborn child', ({ stop }) => stopped(stop)],
  ['exit code of that stop', ({ stop }) => String(stop.code)],
  ['CPU of the supervisor during that stop', ({ stop }) => `${stop.cpuPercent.toFixed(0)} %`],
];

checkPlatform();
ensureInstalled();
await ensureBuilt();
const wanted = process.argv.slice(2).map((word) => word.toLowerCase());
const named = ALL.filter(
  ({ title }) => wanted.length === 0 || wanted.includes(title.toLowerCase()),
);
if (named.length === 0) refuse(`Known are: ${ALL.map(({ title }) => title).join(', ')}.`);
const peers = named.filter((Peer) => Peer.version() !== null);
for (const { title } of named.filter((Peer) => !peers.includes(Peer))) {
  console.log(`skipped: ${title} is not on the PATH (npm run bench:peers brings it along)`);
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => void leaveAll().then(() => process.exit(130)));
}
try {
  const table = format(await measure());
  console.log(table);
  if (peers.length === ALL.length) {
    const page = readFileSync(PAGE, 'utf8');
    writeFileSync(PAGE, page.replace(MARKS, (_all, open, close) => `${open}${table}${close}`));
    console.log(`written to ${PAGE}`);
  }
} finally {
  await leaveAll();
}

/** Figures of each peer, in their order. */
async function measure() {
  const figures = new Map();
  for (const Peer of peers) {
    console.log(`measuring ${Peer.title} ${Peer.version()} ...`);
    figures.set(Peer, { ...(await measureOne(Peer)), ...(await measureFleet(Peer)) });
  }
  // Mostly waiting, so all at once; what is timed here counts in seconds.
  console.log('measuring trouble ...');
  const troubles = await Promise.all(peers.map((Peer) => measureTrouble(Peer)));
  return peers.map((Peer, n) => ({ ...figures.get(Peer), ...troubles[n] }));
}

function format(figures) {
  const day = new Date().toISOString().slice(0, 10);
  const titles = peers.map((Peer) => `${Peer.title} ${Peer.version()}`);
  return [
    `Measured on ${day}, ${cpus().length} shared cores, Node ${process.versions.node}.`,
    '',
    `| what | ${titles.join(' | ')} |`,
    `| --- |${' --- |'.repeat(titles.length)}`,
    ...ROWS.map(([what, cell]) => `| ${what} | ${figures.map(cell).join(' | ')} |`),
    '',
  ].join('\n');
}

function restart({ restart, slowest_restart }) {
  return `${restart.toFixed(1)}, slowest ${slowest_restart.toFixed(0)}`;
}

function death({ children, kept, duplicates, alive }) {
  return `${kept} of ${children} live on, ${duplicates} duplicates, ${alive} run`;
}

function frozen({ noticed, replaced }) {
  if (noticed === null && replaced === null) return 'not noticed';
  const after = (seconds) => `after ${seconds.toFixed(0)} s`;
  const said = noticed === null ? 'not said' : `"${noticed.state}" ${after(noticed.after)}`;
  return `${said}, ${replaced === null ? 'not replaced' : `replaced ${after(replaced)}`}`;
}

function stopped({ ms, left }) {
  const alive = left.length === 0 ? 'nobody' : left.join(' and ');
  return `${(ms / 1000).toFixed(1)} s, left alive: ${alive}`;
}
