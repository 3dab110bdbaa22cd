/**
 * One alert to one receiver, once, within a bounded time. What came of it is told without secrets,
 * whatever the receiver answers.
 */
import type { AlertConfig, AlertEvent, AlertReceiver } from '../contract/alerts.ts';
import { postJson } from '../platform/http-post.ts';
import type { PostAnswer } from '../platform/http-post.ts';
import { tellProgram } from '../platform/spawn.ts';
import type { LoadedAlerts } from '../registry/index.ts';
import { withoutSecrets } from './process-environment.ts';

/** What came of a try. `again`: another one may come out better, not before `after_ms`. */
export interface Delivery {
  readonly ok: boolean;
  readonly again: boolean;
  readonly after_ms: number;
  readonly what: string;
}

/** The most that one try takes. */
export const TRY_MS = 10_000;
const LONGEST_TEXT = 3_000;

interface How {
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** Sends `event` to `receiver` of a config that has it. Never rejects. */
export async function deliver(
  receiver: AlertReceiver,
  event: AlertEvent,
  { config, secrets }: LoadedAlerts,
  environment: Readonly<Record<string, string>>,
  timeoutMs = TRY_MS,
): Promise<Delivery> {
  const said = await tell(receiver, event, config, { environment, timeoutMs });
  const what = withoutSecrets(said.what.replace(/\s+/g, ' ').trim(), secrets);
  return { ...said, what: what.slice(0, 300) };
}

function tell(
  receiver: AlertReceiver,
  event: AlertEvent,
  config: AlertConfig,
  how: How,
): Promise<Delivery> {
  const { webhook, telegram, alert_command: command } = config;
  if (receiver === 'webhook' && webhook !== undefined) return callHook(webhook, event, how);
  if (receiver === 'telegram' && telegram !== undefined) return writeTelegram(telegram, event, how);
  if (receiver === 'alert_command' && command !== undefined) return run(command, event, how);
  return Promise.resolve({ ok: false, again: false, after_ms: 0, what: 'it is not configured' });
}

/** The receivers that a config names. */
export function receiversOf(config: AlertConfig): AlertReceiver[] {
  const all = ['webhook', 'telegram', 'alert_command'] as const;
  return all.filter((receiver) => config[receiver] !== undefined);
}

/** The alert as one line for people. */
export function alertText({ instance, event, recovered, text }: AlertEvent): string {
  const what = recovered ? `${event} is over` : event;
  const line = `gridd: ${instance === null ? '' : `${instance} `}${what}`;
  return recovered ? line : `${line}: ${text}`.slice(0, LONGEST_TEXT);
}

async function callHook(
  { url, authorization }: NonNullable<AlertConfig['webhook']>,
  event: AlertEvent,
  { timeoutMs }: How,
): Promise<Delivery> {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  return judge(await postJson(url, { ...event, message: alertText(event) }, headers, timeoutMs));
}

async function writeTelegram(
  { api_url, bot_token, chat_id }: NonNullable<AlertConfig['telegram']>,
  event: AlertEvent,
  { timeoutMs }: How,
): Promise<Delivery> {
  const url = `${api_url.replace(/\/+$/, '')}/bot${bot_token}/sendMessage`;
  const answer = await postJson(url, { chat_id, text: alertText(event) }, {}, timeoutMs);
  const body = parse(answer.text);
  const wait = body.parameters?.retry_after;
  const retry_after_ms = typeof wait === 'number' ? wait * 1000 : answer.retry_after_ms;
  const text = typeof body.description === 'string' ? body.description : '';
  return judge({ ...answer, retry_after_ms, text });
}

function parse(text: string): { description?: unknown; parameters?: { retry_after?: unknown } } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function judge({ status, text, retry_after_ms, error }: PostAnswer): Delivery {
  const after_ms = retry_after_ms ?? 0;
  if (status === null) return { ok: false, again: true, after_ms, what: error };
  const what = `HTTP ${status} ${text}`;
  if (status >= 200 && status < 300) return { ok: true, again: false, after_ms: 0, what };
  // What it says of this request it will say again.
  const again = status >= 500 || status === 408 || status === 425 || status === 429;
  return { ok: false, again, after_ms, what };
}

async function run(
  [program = '', ...args]: readonly string[],
  event: AlertEvent,
  { environment, timeoutMs }: How,
): Promise<Delivery> {
  const input = `${JSON.stringify({ ...event, message: alertText(event) })}\n`;
  const { code, err } = await tellProgram(program, args, input, environment, timeoutMs);
  const what = code === null ? err : `exit code ${code} ${err}`;
  return { ok: code === 0, again: code !== 0, after_ms: 0, what };
}
