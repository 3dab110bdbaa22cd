/** What is measured of a supervisor, from outside: by commands, /proc and the children's own notes. */
import { Arena } from './arena.js';
import {
  childrenOf,
  commandLine,
  cpuMs,
  kill,
  median,
  memoryOf,
  parentOf,
  pause,
  until,
} from './processes.js';

const FLEET = 20;
const STARTS = 3;
const LISTS = 11;
const KILLS = 10;
/** Between kills: gridd starts at most four crashed ones in a second. */
const BETWEEN_KILLS_MS = 300;
/** supervisord counts a child as up after a second; s6 and runit start one a second at most. */
const SETTLED_MS = 1_500;
const REVIVED_MS = 6_000;
const TROUBLE_MS = 30_000;

/** Of each arena that is still open, to end it whatever happens. */
const open = new Map();

async function enter(Peer, behaviours) {
  const arena = await Arena.of(behaviours);
  open.set(arena, null);
  const peer = new Peer(arena);
  open.set(arena, peer);
  return { arena, peer };
}

async function leave(arena) {
  open.get(arena)?.end();
  await arena.dispose();
  open.delete(arena);
}

/** Ends what failed or was interrupted. */
export async function leaveAll() {
  for (const arena of [...open.keys()]) await leave(arena);
}

/** With one child: status and memory. */
export async function measureOne(Peer) {
  const { arena, peer } = await enter(Peer, ['serve']);
  await start(arena, peer);
  const figures = { list_1: lists(peer), ...memory(arena, 1) };
  await leave(arena);
  return figures;
}

/** With twenty: starts, status, memory, restarts, and the supervisor's death. */
export async function measureFleet(Peer) {
  const starts = [];
  for (let round = 1; ; round += 1) {
    const { arena, peer } = await enter(Peer, Array.from({ length: FLEET }, () => 'serve'));
    starts.push(await start(arena, peer));
    if (round < STARTS) {
      await leave(arena);
      continue;
    }
    const figures = {
      start_20: median(starts),
      list_20: lists(peer),
      ...memory(arena, 20),
      ...(await restarts(arena)),
      head_killed: await death(arena, peer, [peer.head()]),
      all_killed: await death(arena, peer, arena.supervisors()),
    };
    await leave(arena);
    return figures;
  }
}

/** One that crashes, one that is frozen, one that does not want to stop. */
export async function measureTrouble(Peer) {
  const { arena, peer } = await enter(Peer, ['crash', 'serve', 'stubborn']);
  const [crash, frozen, stubborn] = arena.jobs.map(({ name }) => name);
  const begun = performance.now();
  void peer.start();
  await until('the children', () => arena.ready());
  await pause(SETTLED_MS);
  const freeze = await freezeFor(arena, peer, frozen);
  await pause(begun + TROUBLE_MS - performance.now());
  const crashes = { starts: arena.count('started', crash), state: await peer.state(crash) };
  return { crashes, freeze, stop: await stopOf(arena, peer, stubborn) };
}

/** ms from the command until all children listen; then they are left to settle. */
async function start(arena, peer) {
  const begin = performance.now();
  const started = peer.start();
  await until('the children', () => arena.ready(), 60_000, 2);
  const ms = performance.now() - begin;
  await started;
  await pause(SETTLED_MS);
  return ms;
}

function lists(peer) {
  const times = [];
  for (let look = 0; look < LISTS; look += 1) {
    const begin = performance.now();
    peer.list();
    times.push(performance.now() - begin);
  }
  return median(times);
}

function memory(arena, count) {
  const all = arena.supervisors().map((pid) => memoryOf(pid));
  const sum = (key) => all.reduce((total, each) => total + each[key], 0);
  return {
    [`processes_${count}`]: all.length,
    [`rss_${count}`]: sum('rss'),
    [`pss_${count}`]: sum('pss'),
  };
}

/** Median and worst ms from `kill -9` of a child to the next process in its place. */
async function restarts(arena) {
  const times = [];
  for (const { name } of arena.jobs.slice(0, KILLS)) {
    const [pid] = arena.pids(name);
    const parent = parentOf(pid);
    const before = new Set(childrenOf(parent));
    const begin = performance.now();
    kill(pid, 'SIGKILL');
    // Looked at without a pause: the figure is of the order of a millisecond.
    while (childrenOf(parent).every((one) => before.has(one))) {
      if (performance.now() - begin > 30_000) throw new Error(`${name} was not started again`);
    }
    times.push(performance.now() - begin);
    await until(`${name} to listen`, () => arena.count('ready', name) === 2);
    await pause(BETWEEN_KILLS_MS);
  }
  await pause(SETTLED_MS);
  return { restart: median(times), slowest_restart: Math.max(...times) };
}

/** Kills supervisor processes and starts it again: who lives on, and how many there are then. */
async function death(arena, peer, victims) {
  const names = arena.jobs.map(({ name }) => name);
  for (const name of names) await until(name, () => arena.pids(name).length > 0);
  const before = new Set(arena.pids());
  const head = peer.head();
  for (const pid of victims) kill(pid, 'SIGKILL');
  await until('the end of the supervisor', () => commandLine(head) === null);
  await pause(SETTLED_MS);
  await peer.start();
  await pause(REVIVED_MS);
  const after = arena.pids();
  const running = names.filter((name) => arena.pids(name).length > 0).length;
  const kept = after.filter((pid) => before.has(pid)).length;
  return { children: before.size, kept, duplicates: after.length - running, alive: after.length };
}

/** SIGSTOP: seconds until the supervisor says something else, and until another one runs. */
async function freezeFor(arena, peer, name) {
  const calm = await peer.state(name);
  const [pid] = arena.pids(name);
  kill(pid, 'SIGSTOP');
  const begin = performance.now();
  const seconds = () => (performance.now() - begin) / 1000;
  const seen = { noticed: null, replaced: null };
  while (seen.replaced === null && seconds() * 1000 < TROUBLE_MS) {
    const state = await peer.state(name);
    if (state !== calm) seen.noticed ??= { after: seconds(), state };
    if (arena.pids(name).some((one) => one !== pid)) seen.replaced = seconds();
    await pause(250);
  }
  kill(pid, 'SIGCONT');
  return seen;
}

/** Stops one that ignores signals and has a child that does too. */
async function stopOf(arena, peer, name) {
  const all = arena.supervisors();
  const cpu = () => all.reduce((sum, pid) => sum + cpuMs(pid), 0);
  const cpuBefore = cpu();
  const begin = performance.now();
  const { code } = await peer.stop(name);
  const ms = performance.now() - begin;
  const cpuPercent = ((cpu() - cpuBefore) / ms) * 100;
  await pause(SETTLED_MS);
  const left = arena.pids(name).map((pid) => {
    return (commandLine(pid) ?? []).includes('grandchild') ? 'its child' : 'itself';
  });
  return { ms, code, cpuPercent, left };
}
