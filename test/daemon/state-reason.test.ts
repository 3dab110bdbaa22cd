/** Why an instance is in its state, as text and as data: the data is believed where it reads so. */
import { describe, expect, it } from 'vitest';
import { END_SENTENCES } from '../../src/contract/read-back.ts';
import { plainSaid, quoted, say, textOf } from '../../src/contract/sentences.ts';
import { stateReason, stateSaid, toldReason } from '../../src/contract/state-reason.ts';
import { recordFault } from '../../src/registry/registry-schema.ts';
import { sampleRecord } from '../registry/sample-record.ts';

const END = say('because', { end: say('exited', { exit: 7 }), why: say('run_over') });
const RETRY = say('restart_in', { reason: END, attempt: 2, seconds: 1.5 });
const TEXT = 'exited with code 7 (the run is over); restart 2 in 1.5 s';

describe('a reason', () => {
  it('with sentences in its places reads in English as one', () => {
    expect(textOf(RETRY)).toBe(TEXT);
    expect(textOf(END)).toBe('exited with code 7 (the run is over)');
    expect(textOf('as it is')).toBe('as it is');
    expect(RETRY.values).toEqual({ attempt: '2', seconds: '1.5' });
    expect(RETRY.parts).toEqual({ reason: END });
  });

  it('keeps what it quotes with its code; a quotation alone is a text', () => {
    const fault = quoted({ code: 'CONFIG_INVALID', message: 'It has problems.' });
    const said = say('no_restart', { reason: END, fault });
    expect(said.quotes).toEqual({ fault: { code: 'CONFIG_INVALID', text: 'It has problems.' } });
    const kept = JSON.parse(JSON.stringify(stateReason(said))) as ReturnType<typeof stateReason>;
    expect(kept.state_reason).toMatch(/it cannot be started again: It has problems\.$/);
    expect(stateSaid(kept)).toEqual(said);
    expect(stateReason(fault)).toEqual({ state_reason: 'It has problems.', state_said: null });
  });

  it('of another process is data where it is a sentence without places', () => {
    expect(plainSaid('stop command', END_SENTENCES)).toEqual({ code: 'stop_command' });
    // Another sentence of ours would say something else here.
    for (const text of ['SIGTERM', 'none', 'exited with code {{exit}}', '']) {
      expect(plainSaid(text, END_SENTENCES)).toBe(text);
    }
  });

  it('comes back from a record as it was said, and a plain text as that', () => {
    const kept = JSON.parse(JSON.stringify(stateReason(RETRY))) as ReturnType<typeof stateReason>;
    expect(kept.state_reason).toBe(TEXT);
    expect(stateSaid(kept)).toEqual(RETRY);
    expect(toldReason(kept)).toEqual(RETRY);
    const plain = stateReason('its program says no');
    expect(plain).toEqual({ state_reason: 'its program says no', state_said: null });
    expect(toldReason(plain)).toBe('its program says no');
  });

  it('is not believed where an older gridd wrote another text, or where it is no sentence', () => {
    expect(stateSaid({ state_reason: 'its process was gone', state_said: RETRY })).toBeNull();
    let deep = say('ready');
    for (let depth = 0; depth < 9; depth += 1) deep = say('unseen', { end: deep });
    const odd: readonly unknown[] = [
      ...[undefined, null, 'ready', 7, [], {}, { code: 'toString' }, { code: '__proto__' }],
      ...[{ code: 'of_a_newer_gridd' }, { code: 'ready', values: 7 }, { code: 'ready', parts: [] }],
      ...[{ code: 'waits', quotes: 7 }, { code: 'waits', quotes: { fault: 'x' } }],
      ...[{ code: 'waits', quotes: { fault: { code: 7, text: 'ready' } } }],
      ...[{ code: 'unseen', parts: { end: { code: 'toString' } } }, { code: 'unseen', values: { end: 1 } }],
    ];
    for (const said of odd) {
      const record = { state_reason: 'ready', state_said: said as typeof RETRY };
      expect(stateSaid(record)).toBeNull();
      expect(toldReason(record)).toBe('ready');
      // Nor does it cost the record.
      expect(recordFault(sampleRecord('a', record))).toBe('');
    }
    expect(stateSaid({ state_reason: textOf(deep), state_said: deep })).toBeNull();
  });
});
