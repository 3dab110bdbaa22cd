/** What the benches read of processes from /proc, and how they end those of a bench's folder. */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** Clock ticks a second in /proc/<pid>/stat; 100 on every Linux that Node runs on. */
const TICKS = 100;

/** The words `pid` was started with; null when it is gone, or a zombie. */
export function commandLine(pid) {
  const text = readOrNull(`/proc/${pid}/cmdline`);
  return text === null || text === '' ? null : text.split('\0').slice(0, -1);
}

export function childrenOf(pid) {
  const text = readOrNull(`/proc/${pid}/task/${pid}/children`) ?? '';
  return text.split(' ').filter(Boolean).map(Number);
}

export function parentOf(pid) {
  return Number(statFields(pid)?.[1] ?? 0);
}

/** CPU that `pid` has used so far, ms. */
export function cpuMs(pid) {
  const fields = statFields(pid);
  return fields === null ? 0 : ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
}

/** CPU of this process's children that have ended so far, ms. */
export function endedChildrenCpuMs() {
  const fields = statFields(process.pid);
  return ((Number(fields[13]) + Number(fields[14])) * 1000) / TICKS;
}

/** MiB of `pid`: resident, and its share of what it shares. */
export function memoryOf(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const mib = (key) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)?.[1]) / 1024;
  return { rss: mib('Rss'), pss: mib('Pss') };
}

/** Living processes that name `folder` or stand in it. */
export function processesIn(folder) {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 1 && pid !== process.pid)
    .filter((pid) => {
      const words = commandLine(pid);
      if (words === null) return false;
      return words.some((word) => word.includes(folder)) || currentFolder(pid).startsWith(folder);
    });
}

/** Ends every process of `folder`, those also that a supervisor starts meanwhile. */
export async function endAllIn(folder) {
  for (let look = 0; look < 100; look += 1) {
    const left = processesIn(folder);
    if (left.length === 0) return;
    for (const pid of left) kill(pid, 'SIGKILL');
    await pause(50);
  }
  throw new Error(`processes of ${folder} do not end`);
}

/** Signals; one that is gone is no error. */
export function kill(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Resolves with the first truthy value of `look`; throws after `limitMs`. */
export async function until(what, look, limitMs = 60_000, everyMs = 5) {
  const end = performance.now() + limitMs;
  for (;;) {
    const seen = look();
    if (seen) return seen;
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms for ${what}`);
    await pause(everyMs);
  }
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[middle - 1] ?? 0, sorted[middle] ?? 0];
  return sorted.length % 2 === 0 ? (low + high) / 2 : high;
}

/** Fields after the name: state, parent, ... */
function statFields(pid) {
  const text = readOrNull(`/proc/${pid}/stat`);
  return text === null ? null : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function currentFolder(pid) {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

function readOrNull(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
