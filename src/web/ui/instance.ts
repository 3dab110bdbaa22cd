/**
 * The page of one instance: it shows the newest snapshot and sends what the user asks for. It
 * computes no figure of its own, and says so when what it shows is old.
 */
import type { StatusView } from '../../contract/instance-api.ts';
import { AdjustForm } from './parts/adjust-form.ts';
import { post } from './parts/api.ts';
import { buttonById, byId, setClass, setText } from './parts/dom.ts';
import { follow } from './parts/live-stream.ts';
import { MoneyControls } from './parts/money-controls.ts';
import { showOverview } from './parts/overview.ts';
import { Receipts } from './parts/receipts-table.ts';
import { showFills, showLadder } from './parts/tables.ts';

const form = new AdjustForm();
const controls = new MoneyControls();
const receipts = new Receipts();
let acting = false;
let latest: StatusView | null = null;

function showButtons(): void {
  const grid = latest?.grid_state;
  const canPause = grid === 'running' || grid === 'waiting';
  buttonById('pause').disabled = acting || !canPause;
  buttonById('resume').disabled = acting || (grid !== 'paused' && grid !== 'tripped');
}

async function act(path: string, done: string): Promise<void> {
  acting = true;
  showButtons();
  const result = byId('control-result');
  setText(result, 'Asking the bot …');
  const answer = await post(path, {});
  setText(result, answer.ok ? done : `${answer.error.message} ${answer.error.hint}`);
  setClass(result, answer.ok ? 'result' : 'result loss');
  acting = false;
  showButtons();
}

function showLost(ageMs: number | null): void {
  const mark = byId('stream');
  const age = ageMs === null ? '' : `, figures are ${Math.round(ageMs / 1000)} s old`;
  setText(mark, `Connection lost${age} – trying again`);
  setClass(mark, 'stream lost');
  setClass(byId('main'), 'stale');
}

function showLive(): void {
  setText(byId('stream'), '● Live: figures change as they happen');
  setClass(byId('stream'), 'stream');
  setClass(byId('main'), '');
}

buttonById('pause').addEventListener('click', () => {
  void act('/api/pause', 'Paused: no new orders are placed.');
});
buttonById('resume').addEventListener('click', () => {
  void act('/api/resume', 'Resumed.');
});

follow(
  ({ status, levels, fills }) => {
    latest = status;
    // What it would ask for is refused: buttons that cannot work are not offered.
    byId('acts').hidden = status.mode === 'live';
    byId('read-only').hidden = status.mode !== 'live';
    showOverview(status);
    showLadder(status, levels);
    showFills(fills);
    form.follow(status);
    controls.follow(status);
    receipts.follow(status.grid_state);
    showButtons();
  },
  showLive,
  showLost,
);
