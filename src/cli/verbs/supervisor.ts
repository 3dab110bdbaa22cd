/**
 * `gridd supervisor run|start|stop|status`: the supervisor itself. Stopping it asks what becomes
 * of the bots and never decides that alone.
 */
import { BOT_EXIT, EXIT, GriddError } from '../../contract/errors.ts';
import type { SupervisorInfo } from '../../contract/fleet-api.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Context, OnTerm } from '../context.ts';
import { ControlClient, supervisorNotRunning } from '../control-client.ts';
import { endSupervisor, ensureSupervisor, infoOrNull } from '../ensure-supervisor.ts';
import { failureText } from '../failure.ts';
import { durationText, renderPairs } from '../render.ts';
import { tellJson } from '../results.ts';
import { serviceInHand, serviceOfProcess, tellService } from '../systemd.ts';

export interface StopSupervisorOptions {
  readonly keepBots?: boolean;
  readonly stopBots?: boolean;
}

/**
 * Becomes the supervisor, in the foreground. Beside one that runs it ends with the code of a lock
 * that is held, as the supervisor's own process does: a service then leaves it at that.
 */
export async function runSupervisor(context: Context, onTerm: OnTerm): Promise<number> {
  const info = await infoOrNull(new ControlClient(context.home));
  if (info !== null) {
    const sentence = `The supervisor runs already (pid ${info.pid}).`;
    context.terminal.err(failureText(new GriddError('SUPERVISOR_RUNNING', sentence).toBody()));
    return BOT_EXIT.lock_held;
  }
  await context.becomeSupervisor(context.home, onTerm);
  return EXIT.done;
}

/** Starts the supervisor; one that runs is left as it is. */
export async function startSupervisor(context: Context): Promise<number> {
  const { info, started } = await ensureSupervisor(context);
  const what = started ? 'runs' : 'runs already';
  context.terminal.out(`supervisor ${what} (pid ${info.pid}) for ${info.home}\n`);
  return EXIT.done;
}

/** Stops the supervisor; the bots trade on or are ended (their orders stay), as asked. */
export async function stopSupervisor(
  context: Context,
  options: StopSupervisorOptions,
): Promise<number> {
  const { keepBots = false, stopBots = false } = options;
  if (keepBots && stopBots) {
    throw new GriddError('USAGE', '--keep-bots and --stop-bots exclude each other.');
  }
  const client = new ControlClient(context.home);
  const info = await infoOrNull(client);
  if (info === null) return stopPlanned(context, stopBots);
  const bots = keepBots ? 'keep' : stopBots ? 'stop' : await askAboutBots(context, info);
  await endSupervisor(info, () => shutDown(context, client, info, bots));
  const left = bots === 'keep' ? 'the bots trade on' : 'the bots ended; their orders rest';
  context.terminal.out(`supervisor stopped; ${info.running === 0 ? 'no bot ran' : left}\n`);
  return EXIT.done;
}

/** Nobody answers: where systemd is about to start a supervisor, it is told not to. */
async function stopPlanned(context: Context, stopBots: boolean): Promise<number> {
  const service = await serviceInHand(context);
  if (service === null) throw supervisorNotRunning(context.home);
  const refused = await tellService(context, service, 'stop');
  if (refused !== null) throw new GriddError('SUPERVISOR_UNREACHABLE', refused);
  if (stopBots) {
    const sentence = `${service.name} is stopped; no supervisor ran that could end the bots.`;
    throw new GriddError('SUPERVISOR_NOT_RUNNING', sentence, {
      hint: '`gridd stop --all` ends them, by a supervisor of its own.',
    });
  }
  context.terminal.out(`${service.name} stopped; no supervisor ran, the bots trade on\n`);
  return EXIT.done;
}

/** systemd ends what systemd started, so that it knows that this end was meant. */
async function shutDown(
  context: Context,
  client: ControlClient,
  info: SupervisorInfo,
  bots: 'keep' | 'stop',
): Promise<void> {
  const service = await serviceOfProcess(context, info.pid);
  // Not its own, but about to start another as soon as this one has made room.
  const other = service === null ? await serviceInHand(context) : null;
  const waits = other === null ? null : await tellService(context, other, 'stop');
  if (waits !== null) context.terminal.err(`${waits}\n`);
  if (service === null || bots === 'stop') await client.post('/api/shutdown', { bots });
  if (service === null) return;
  const refused = await tellService(context, service, 'stop');
  if (refused === null || bots === 'stop') return;
  context.terminal.err(`${refused}\nThe supervisor is stopped without systemd.\n`);
  await client.post('/api/shutdown', { bots });
}

/** Facts of the supervisor; SUPERVISOR_NOT_RUNNING when there is none. */
export async function supervisorStatus(
  context: Context,
  options: { readonly json?: boolean },
): Promise<number> {
  const info = await new ControlClient(context.home).info();
  if (options.json === true) {
    tellJson(context, info);
    return EXIT.done;
  }
  const uptime = (systemClock.now() - Date.parse(info.started_at)) / 1000;
  const { columns: width, colours } = context.terminal;
  const pairs: [string, string][] = [
    ['pid', String(info.pid)],
    ['home', info.home],
    ['version', info.version],
    ['started at', info.started_at],
    ['uptime', durationText(uptime)],
    ['instances', `${info.instances}, ${info.running} running`],
    ['memory', `${info.memory_mb.toFixed(0)} MiB`],
    ['console', consoleText(info)],
    ['unit', (await serviceOfProcess(context, info.pid))?.name ?? '-'],
  ];
  const { fault, lost, set_aside } = info.history;
  if (fault !== null) pairs.push(['history', fault]);
  if (lost + set_aside > 0) {
    pairs.push(['history lost', `${lost} entries; ${set_aside} broken files set aside`]);
  }
  context.terminal.draw(renderPairs(pairs, { width, colours }));
  return EXIT.done;
}

function consoleText({ console }: SupervisorInfo): string {
  if (console === undefined) return '-';
  const { url, note } = console;
  if (url === null) return `none: ${note ?? 'it was not opened'}`;
  return note === null ? url : `${url} (${note})`;
}

const KEEP_OR_STOP =
  'Give --keep-bots (they trade on) or --stop-bots (they end, their orders rest).';

async function askAboutBots(context: Context, info: SupervisorInfo): Promise<'keep' | 'stop'> {
  const { terminal } = context;
  if (info.running === 0) return 'keep';
  if (!terminal.interactive) {
    const bots = info.running === 1 ? 'the running bot' : `the ${info.running} running bots`;
    throw new GriddError('ANSWER_NEEDED', `What becomes of ${bots}?`, { hint: KEEP_OR_STOP });
  }
  const question =
    info.running === 1
      ? '1 bot runs. Keep it trading or stop it? [keep/stop] '
      : `${info.running} bots run. Keep them trading or stop them? [keep/stop] `;
  const answer = (await terminal.ask(question)).toLowerCase();
  if (answer === 'keep' || answer === 'k') return 'keep';
  if (answer === 'stop' || answer === 's') return 'stop';
  const message = 'Nothing was stopped: the answer was neither keep nor stop.';
  throw new GriddError('ANSWER_NEEDED', message, { hint: KEEP_OR_STOP });
}
