import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * E2e files that hold no figures and mostly wait for processes of their own homes: beside unit tests
 * and each other they disturb nobody.
 */
const BESIDE = [
  'alerts',
  'backup',
  'bot-process',
  'bot-replay',
  'cli',
  'configs',
  'console',
  'faults/bad-starts',
  'faults/boot',
  'faults/full-disk',
  'faults/killed-amid-verbs',
  'faults/last-word',
  'faults/live-soak',
  'faults/logs-verb',
  'faults/one-key',
  'faults/one-of-each',
  'faults/panic',
  'faults/position-differs',
  'faults/safe-run',
  'faults/upgrade',
  'fleet',
  'live',
  'live-aster',
  'live-ccxt',
  'live-ccxt-aster',
  'live-consent',
  'money',
  'nginx',
  'page-actions',
  'pages/attacks',
  'pages/console',
  'pages/console-verbs',
  'pages/instance-actions',
  'pages/instance-live',
  'pages/instance-lower',
  'pages/instance-replay',
  'pages/instance-states',
  'pages/instance-upper',
  'pages/languages',
  'pages/live-stream',
  'records',
  'reload',
  'restore-cut',
  'restore-live',
  'sim-venue',
  'supervision',
].map((name) => `test/e2e/${name}.test.ts`);

/**
 * Unit tests that get a process of their own: venues, bots and the simulator fill a heap; locks that
 * any second open of a file drops, and limits of the kernel, belong to a whole process.
 */
const OWN_PROCESS = [
  ...['bot/**/*', 'conformance/**/*', 'exchange/**/*', 'sim/**/*'],
  ...['daemon/fleet-history', 'store/held-locks'],
].map((name) => `test/${name}.test.ts`);

const PATIENT = { testTimeout: 120_000, hookTimeout: 120_000 };

// Unit and property tests run in parallel; the other e2e files start real processes and are run one
// at a time, so that their figures are their own and two cores are not fought over. One file more
// than the cores at a time: while one waits for a process another computes. Files share a worker,
// and with it the modules: to load them anew took half of the time. So a test closes what it opens.
const WORKERS = availableParallelism() + 1;
const SHARED = { isolate: false, maxWorkers: WORKERS, sequence: { groupOrder: 0 } };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', ...OWN_PROCESS],
          testTimeout: 30_000,
          ...SHARED,
        },
      },
      {
        test: {
          name: 'own process',
          include: OWN_PROCESS,
          testTimeout: 30_000,
          ...SHARED,
          isolate: true,
        },
      },
      {
        test: {
          name: 'beside',
          include: BESIDE,
          ...PATIENT,
          ...SHARED,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: BESIDE,
          ...PATIENT,
          isolate: false,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
