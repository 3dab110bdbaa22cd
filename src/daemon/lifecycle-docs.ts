/** The table of states and events for docs/supervision.md, drawn from the lifecycle. PURE. */
import { PROCESS_STATES } from '../contract/instance-api.ts';
import { LIFECYCLE_EVENTS, nextState } from './lifecycle.ts';

/** A Markdown table: a row a state, a column an event; a dash: nothing changes. */
export function lifecycleTable(): string {
  const head = ['state', ...LIFECYCLE_EVENTS];
  const rows = PROCESS_STATES.map((state) => [
    `**${state}**`,
    ...LIFECYCLE_EVENTS.map((event) => nextState(state, event) ?? '-'),
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
