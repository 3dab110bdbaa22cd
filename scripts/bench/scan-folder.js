/** What s6 and runit share: a folder of services, each a folder with an executable `run`. */
import { mkdirSync, writeFileSync } from 'node:fs';

/** Writes the services of `arena`; the folder to scan. */
export function writeServices(arena) {
  for (const { name, words } of arena.jobs) {
    mkdirSync(arena.path('services', name), { recursive: true });
    const command = [arena.python, arena.child, ...words].join(' ');
    const script = `#!/bin/sh\nexec ${command}\n`;
    writeFileSync(arena.path('services', name, 'run'), script, { mode: 0o755 });
  }
  return arena.path('services');
}
