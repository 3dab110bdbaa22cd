/** An adjust on the bot's page, judged by the limit of its account: refused, warned of, not asked. */
import { expect, test } from 'vitest';
import { pageActions } from '../../src/bot/page-actions.ts';
import { PageJudge } from '../../src/bot/page-judge.ts';
import type { JudgeDoor, Judgement } from '../../src/bot/page-judge.ts';
import { GriddError } from '../../src/contract/errors.ts';
import type { AuditNote } from '../../src/contract/history-api.ts';
import type { AdjustRequest, InstanceActions } from '../../src/contract/instance-api.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { openDesk, openRig } from './grid-rig.ts';

const ACTOR = { who: 'loopback', from: 'page 127.0.0.1' };
const WIDER: AdjustRequest = { grid_upper_price: 112, grid_num: 12 };
const ALLOWED: Judgement = { error: null, warning: null };

/** Answers each question with the next judgement; with none left it says nothing. */
function judgeOf(...judgements: Judgement[]) {
  const asked: AdjustRequest[] = [];
  const door: JudgeDoor = {
    connected: true,
    judge(request, judged) {
      asked.push(request);
      const next = judgements.shift();
      if (next !== undefined) judged(next);
    },
  };
  return { door, asked };
}

async function desk(door: JudgeDoor | null, { limit = '50' as string | null, clock = systemClock } = {}) {
  const { service } = await openDesk(openRig(10550));
  const notes: AuditNote[] = [];
  service.outbox.follow((note) => notes.push(note));
  const { outbox, wishes } = service;
  const supervisor = door === null ? {} : { supervisor: door };
  const judge = new PageJudge({ ...supervisor, clock, limit: () => limit });
  const actions: InstanceActions = pageActions(
    { moved: service, outbox, wishes, judge, clock },
    ACTOR,
  );
  return { actions, service, notes };
}

test('what the supervisor refuses is refused in its words, noted, and nothing moves', async () => {
  const error = new GriddError('ACCOUNT_LOSS', 'the account would lose 60');
  const { door, asked } = judgeOf({ error, warning: null });
  const { actions, service, notes } = await desk(door);
  await expect(actions.adjust(WIDER, null)).rejects.toBe(error);
  expect(asked).toEqual([WIDER]);
  expect(service.status()).toMatchObject({ upper: '110', grids: 10 });
  expect(notes).toMatchObject([{ verb: 'adjust', outcome: 'ACCOUNT_LOSS', message: error.message }]);
});

test('what it allows is done, with its warning; a dry run and a repeated key ask nobody', async () => {
  const { door, asked } = judgeOf({ error: null, warning: 'not all of it is known' }, ALLOWED);
  const { actions, service } = await desk(door);
  const dry = await actions.adjust({ ...WIDER, dry_run: true }, null);
  expect({ asked: asked.length, warnings: dry.warnings }).toEqual({ asked: 0, warnings: [] });
  const answer = await actions.adjust(WIDER, 'one');
  expect(answer.warnings).toEqual(['not all of it is known']);
  expect(service.status()).toMatchObject({ upper: '112', grids: 12 });
  const again = await actions.adjust(WIDER, 'one');
  expect(again).toMatchObject({ applied: true, upper: '112', orders_placed: answer.orders_placed });
  expect(asked).toHaveLength(1);
  expect((await actions.adjust({ grid_num: 11 }, 'two')).warnings).toEqual([]);
  expect(asked).toHaveLength(2);
});

test('without a supervisor it goes through, with a warning where its config sets a limit', async () => {
  const gone: JudgeDoor = { ...judgeOf().door, connected: false };
  for (const door of [null, gone]) {
    const { actions } = await desk(door);
    const { applied, warnings, coded } = await actions.adjust(WIDER, null);
    expect({ applied, warnings }).toEqual({
      applied: true,
      warnings: ['max_account_loss 50 was not judged: no supervisor looks after this bot.'],
    });
    expect(coded).toMatchObject([{ said: { code: 'adjust_not_judged', values: { limit: '50' } } }]);
  }
  const { actions } = await desk(null, { limit: null });
  expect((await actions.adjust(WIDER, null)).warnings).toEqual([]);
});

test('a supervisor that says nothing, being older or stuck, is not waited for', async () => {
  const rings: (() => void)[] = [];
  const after: Clock['after'] = (_ms, ring) => {
    rings.push(ring);
    return () => undefined;
  };
  const clock: Clock = Object.assign(Object.create(systemClock) as Clock, { after });
  const { actions, service } = await desk(judgeOf().door, { clock });
  const adjusted = actions.adjust(WIDER, null);
  expect(service.status().upper).toBe('110');
  for (const ring of rings) ring();
  expect((await adjusted).warnings).toEqual([
    'max_account_loss 50 was not judged: its supervisor does not answer.',
  ]);
  expect(service.status().upper).toBe('112');
});
