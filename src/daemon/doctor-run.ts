/**
 * The doctor for the console: the verb itself, as a process of its own. It reads every database
 * whole, for which nobody who looks after bots has time. One runs at a time; whoever asks meanwhile
 * gets its answer.
 */
import type { FindingView } from '../contract/console-api.ts';
import { GriddError } from '../contract/errors.ts';
import { saidAs } from '../contract/sentences.ts';
import { askProgram } from '../platform/spawn.ts';

const TIMEOUT_MS = 120_000;

/** What `gridd doctor --json` prints. */
interface Printed {
  readonly name: string;
  readonly verdict: 'ok' | 'warn' | 'fail';
  readonly found: string;
  readonly advice: string;
  readonly said?: unknown;
  readonly advice_said?: unknown;
  readonly code?: string;
}

const LEVELS = { ok: 'ok', warn: 'warning', fail: 'problem' } as const;

/** `program`: words that run the command line of gridd. */
export class DoctorRun {
  readonly #program: readonly string[];
  readonly #home: string;
  readonly #environment: NodeJS.ProcessEnv;
  #running: Promise<readonly FindingView[]> | null = null;

  constructor(program: readonly string[], home: string, environment: NodeJS.ProcessEnv) {
    this.#program = program;
    this.#home = home;
    this.#environment = environment;
  }

  /** Findings of now. Rejects with INTERNAL when the verb did not end well. */
  look(): Promise<readonly FindingView[]> {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #run(): Promise<readonly FindingView[]> {
    const [node = '', ...words] = this.#program;
    const args = [...words, '--home', this.#home, 'doctor', '--json'];
    const { out, err } = await askProgram(node, args, this.#environment, TIMEOUT_MS);
    const printed = parsed(out);
    if (printed === null) {
      const said = err.trim().split('\n').at(-1) ?? '';
      throw new GriddError('INTERNAL', `gridd doctor did not answer: ${said || 'it was silent'}.`);
    }
    return printed.map(viewOf);
  }
}

function viewOf({ name, verdict, found, advice, code, ...data }: Printed): FindingView {
  const said = saidAs(data.said, found);
  const hint_said = saidAs(data.advice_said, advice);
  return {
    level: LEVELS[verdict],
    subject: name,
    text: found,
    hint: advice === '' ? null : advice,
    ...(said === null ? {} : { said }),
    ...(hint_said === null ? {} : { hint_said }),
    ...(code === undefined ? {} : { code }),
  };
}

function parsed(text: string): readonly Printed[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? (value as Printed[]) : null;
  } catch {
    return null;
  }
}
