/**
 * Starting processes that outlive us: detached, in a group of their own, no pipe between us (a pipe
 * would end them with us), raw output into append files. The only home of execa.
 */
import { execa } from 'execa';
import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** What to run. `env` is the whole environment: nothing is inherited. */
export interface DetachedSpawn {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Append files for raw output; `fresh`: emptied first. */
  readonly stdout: string;
  readonly stderr: string;
  readonly fresh: boolean;
}

/** A process we started: its pid (null when it could not be started) and its end. */
export interface Spawned {
  readonly pid: number | null;
  /** Resolves once, when the process ended or could not be started. */
  readonly ended: Promise<Ending>;
}

/** `error`: why it could not be started; null when it ran. */
export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
  readonly error: string | null;
}

/** Starts a detached process. Never rejects: a failed start is told by `ended`. */
export function spawnDetached(what: DetachedSpawn): Spawned {
  for (const file of [what.stdout, what.stderr]) {
    mkdirSync(dirname(file), { recursive: true });
    if (what.fresh) rmSync(file, { force: true });
  }
  const handles: number[] = [];
  try {
    for (const file of [what.stdout, what.stderr]) handles.push(openSync(file, 'a', 0o600));
    return start(what, ['ignore', ...handles]);
  } finally {
    for (const handle of handles) closeSync(handle);
  }
}

/**
 * Not by execa: where the machine has no handle or process left it throws without the child, whose
 * own error nobody can take then, and which would end us.
 */
function start({ program, args, cwd, env }: DetachedSpawn, stdio: StdioOptions): Spawned {
  let child: ChildProcess;
  try {
    child = spawn(program, [...args], { cwd, env: { ...env }, detached: true, stdio });
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown.message : String(thrown);
    return { pid: null, ended: Promise.resolve({ code: null, signal: null, error }) };
  }
  child.unref();
  const ended = new Promise<Ending>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal, error: null }));
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, error: error.message });
    });
  });
  return { pid: child.pid ?? null, ended };
}

/** What a short program said. `code`: null when it could not be run, or took too long. */
export interface ProgramAnswer {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a short program of the machine in the given environment and listens. Never rejects. */
export async function askProgram(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  timeoutMs = 20_000,
): Promise<ProgramAnswer> {
  const result = await execa(program, [...args], {
    env: { ...environment },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: timeoutMs,
  });
  const { exitCode: code = null, stdout: out, stderr: err } = result;
  if (code !== null) return { code, out, err };
  return { code, out, err: result.originalMessage ?? `${program} took too long` };
}

/** So long a program that has ended may keep its words open in what it started. */
const LAST_WORDS_MS = 200;

/**
 * Runs a program with `input` on its stdin. After `timeoutMs` it is killed with all it started.
 * Never rejects.
 */
export async function tellProgram(
  program: string,
  args: readonly string[],
  input: string,
  environment: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<ProgramAnswer> {
  const child = execa(program, [...args], {
    env: { ...environment },
    extendEnv: false,
    reject: false,
    input,
    stdout: 'ignore',
    maxBuffer: 10_000,
    detached: true,
    cleanup: false,
  });
  let err = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    if (err.length < 1_000) err += chunk.toString();
  });
  const { pid } = child;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    if (pid !== undefined) killGroup(pid);
  }, timeoutMs);
  // What it left running may hold its stderr for ever: its own end is what counts.
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => setTimeout(() => resolve(code), LAST_WORDS_MS));
  });
  const over = child.then(({ exitCode = null, originalMessage }) => {
    if (pid === undefined) err = originalMessage ?? `${program} could not be run`;
    return exitCode;
  });
  const code = await Promise.race([over, ended]);
  clearTimeout(timer);
  if (late) return { code: null, out: '', err: `no end within ${timeoutMs / 1000} s: killed` };
  return { code, out: '', err: err.slice(0, 1_000) };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
