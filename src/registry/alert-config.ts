/**
 * `config/alerts.json`: read, checked whole, its variables put in. A problem is told by its path
 * and what is allowed, never with the value: that may be a secret.
 */
import type { AlertConfig } from '../contract/alerts.ts';
import { GriddError } from '../contract/errors.ts';
import type { Problem } from '../contract/errors.ts';
import type { Home } from '../platform/paths.ts';
import { parseJsonc, readConfigText } from './jsonc-text.ts';
import { schemaCheck } from './schema-check.ts';
import { alertsFaults } from './schema-checks.ts';
import { expandText, namesIn } from './variable-text.ts';
import type { Variables } from './variables.ts';

const check = schemaCheck<AlertConfig>(alertsFaults);

/** A config with its variables put in, and the values that must never be shown. */
export interface LoadedAlerts {
  readonly config: AlertConfig;
  readonly secrets: readonly string[];
}

/**
 * Reads the file. Throws CONFIG_NOT_FOUND where there is none, CONFIG_SYNTAX, CONFIG_INVALID or
 * ENV_MISSING with every problem.
 */
export function readAlertConfig(home: Home, variables: Variables): LoadedAlerts {
  const { value, problems } = check(parseJsonc(readConfigText(home.alerts), home.alerts));
  if (value === null) throw invalid(home, problems);
  const missing: Problem[] = [];
  const secrets: string[] = [];
  const put = (path: string, text: string): string => {
    const own = (name: string) => (variables[name] === '' ? undefined : variables[name]);
    const expanded = expandText(text, own);
    for (const name of expanded.missing) missing.push({ path, message: `\${${name}} is not set` });
    if (expanded.text !== text) secrets.push(expanded.text);
    secrets.push(...namesIn(text).map((name) => own(name) ?? ''));
    return expanded.text;
  };
  const config = expand(value, put);
  if (missing.length > 0) {
    const list = missing.map(({ path, message }) => `${message} (${path})`).join(', ');
    throw new GriddError('ENV_MISSING', `${home.alerts}: ${list}.`, { problems: missing });
  }
  const faults = hostProblems(config);
  if (faults.length > 0) throw invalid(home, faults);
  if (config.webhook !== undefined) secrets.push(config.webhook.url);
  return { config, secrets };
}

function expand(
  config: AlertConfig,
  put: (path: string, text: string) => string,
): AlertConfig {
  const { webhook, telegram, alert_command: command, ...rest } = config;
  const authorization = webhook?.authorization;
  return {
    ...rest,
    ...(webhook === undefined
      ? {}
      : {
          webhook: {
            url: put('webhook.url', webhook.url),
            ...(authorization === undefined
              ? {}
              : { authorization: put('webhook.authorization', authorization) }),
          },
        }),
    ...(telegram === undefined
      ? {}
      : { telegram: { ...telegram, bot_token: put('telegram.bot_token', telegram.bot_token) } }),
    ...(command === undefined
      ? {}
      : { alert_command: command.map((word, at) => put(`alert_command.${at}`, word)) }),
  };
}

/** A typing error in an address must not hand a token to a stranger. */
function hostProblems({ webhook, telegram }: AlertConfig): Problem[] {
  const problems: Problem[] = [];
  if (webhook !== undefined && !/^https?:$/.test(urlOf(webhook.url)?.protocol ?? '')) {
    problems.push({ path: 'webhook.url', message: 'is no http or https address' });
  }
  if (telegram === undefined) return problems;
  const url = urlOf(telegram.api_url);
  const known = url?.protocol === 'https:' && url.host === 'api.telegram.org';
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url?.hostname ?? '');
  if (known || loopback || (url !== null && telegram.allow_custom_host)) return problems;
  const message = 'is neither api.telegram.org over https nor on this machine';
  problems.push({ path: 'telegram.api_url', message, allowed: 'others with allow_custom_host' });
  return problems;
}

function urlOf(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function invalid(home: Home, problems: readonly Problem[]): GriddError {
  const [first] = problems;
  const more = problems.length > 1 ? ` and ${problems.length - 1} more` : '';
  const message = `${home.alerts}: ${first?.path ?? ''} ${first?.message ?? ''}${more}.`;
  const hint = 'docs/alerts.md has an example of every key.';
  return new GriddError('CONFIG_INVALID', message, { problems, hint });
}
