import { defineConfig } from 'vitest/config';

/**
 * E2e files that hold no figures and mostly wait for processes of their own homes: two beside each
 * other disturb nobody.
 */
const BESIDE = [
  'alerts',
  'backup',
  'bot-process',
  'bot-replay',
  'cli',
  'faults/boot',
  'faults/last-word',
  'live',
  'live-aster',
  'live-consent',
  'money',
  'records',
  'reload',
  'restore-live',
  'sim-venue',
  'supervision',
].map((name) => `test/e2e/${name}.test.ts`);

const PATIENT = { testTimeout: 120_000, hookTimeout: 120_000 };

// Unit and property tests run in parallel; the other e2e files start real processes and are run one
// at a time, so that their figures are their own and two cores are not fought over.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'beside',
          include: BESIDE,
          ...PATIENT,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: BESIDE,
          ...PATIENT,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
