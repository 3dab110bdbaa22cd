/**
 * Starting processes that outlive us: detached, in a group of their own, no pipe between us (a pipe
 * would end them with us), raw output into append files. The only home of execa.
 */
import { execa } from 'execa';
import type { Options } from 'execa';
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
  readonly ended: Promise<{ code: number | null; signal: string | null; error: string | null }>;
}

/** Starts a detached process. Never rejects: a failed start is told by `ended`. */
export function spawnDetached(what: DetachedSpawn): Spawned {
  for (const file of [what.stdout, what.stderr]) {
    mkdirSync(dirname(file), { recursive: true });
    if (what.fresh) rmSync(file, { force: true });
  }
  const out = openSync(what.stdout, 'a', 0o600);
  const err = openSync(what.stderr, 'a', 0o600);
  try {
    // execa's types know only the standard descriptors by number; it passes any on, without a pipe.
    const stdio = ['ignore', out, err] as Options['stdio'];
    const options: Options = {
      cwd: what.cwd,
      env: { ...what.env },
      extendEnv: false,
      detached: true,
      buffer: false,
      reject: false,
      stdio,
    };
    const child = execa(what.program, [...what.args], options);
    child.unref();
    const pid = child.pid ?? null;
    const ended = child.then((result) => ({
      code: result.exitCode ?? null,
      signal: result.signal ?? null,
      error: pid === null ? (result.originalMessage ?? 'could not be started') : null,
    }));
    return { pid, ended };
  } finally {
    closeSync(out);
    closeSync(err);
  }
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
