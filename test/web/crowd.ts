/** A crowd of watchers in a process of its own, so that its work is not measured as the server's. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Opens streams and counts; says how many were taken and what the others were told. */
const PROGRAM = `
  const [port, most] = process.argv.slice(1).map(Number);
  const { request } = require('node:http');
  const said = { taken: 0, refused: 0, answers: [], bytes: 0 };
  const told = () => {
    if (said.taken + said.refused === most) console.log(JSON.stringify(said));
  };
  process.stdin.on('data', () => console.log(JSON.stringify(said)));
  for (let count = 0; count < most; count += 1) {
    const outgoing = request({ host: '127.0.0.1', port, path: '/api/events', agent: false });
    outgoing.on('response', (response) => {
      if (response.statusCode === 200) {
        response.once('data', () => ((said.taken += 1), told()));
        response.on('data', (chunk) => (said.bytes += chunk.length));
        return;
      }
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => {
        const answer = response.statusCode + ' ' + JSON.parse(text).code;
        if (!said.answers.includes(answer)) said.answers.push(answer);
        said.refused += 1;
        told();
      });
    });
    outgoing.on('error', (error) => said.answers.push(String(error)));
    outgoing.end();
  }
`;

/** What a crowd says: streams taken and refused, the refusals, bytes that came in all. */
export interface Said {
  readonly taken: number;
  readonly refused: number;
  readonly answers: readonly string[];
  readonly bytes: number;
}

export class Crowd {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /** Opens `most` streams of the server on `port`. */
  constructor(port: number, most: number) {
    const child = spawn(process.execPath, ['-e', PROGRAM, String(port), String(most)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child = child;
    this.#lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  }

  /** Resolves when every stream was taken or refused. */
  async gathered(): Promise<Said> {
    return JSON.parse(String((await this.#lines.next()).value)) as Said;
  }

  /** What came until now. */
  ask(): Promise<Said> {
    this.#child.stdin?.write('.');
    return this.gathered();
  }

  leave(): void {
    this.#child.kill();
  }
}
