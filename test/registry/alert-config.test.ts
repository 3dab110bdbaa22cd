/** `config/alerts.json`: what it may hold, what is refused, and that no value of it is repeated. */
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GriddError } from '../../src/contract/errors.ts';
import { readAlertConfig } from '../../src/registry/index.ts';
import { gridd, makeHome } from '../cli/cli-harness.ts';

const VARIABLES = { HOOK: 'https://hooks.example.com/T0/secret-path', TOKEN: '123456:bot-token' };
const TELEGRAM = { bot_token: '${TOKEN}', chat_id: -1001 };

function read(value: unknown, variables: Record<string, string> = VARIABLES) {
  return readAlertConfig(makeHome({ 'config/alerts.json': value }), variables);
}

function refusal(value: unknown, variables: Record<string, string> = VARIABLES): GriddError {
  try {
    read(value, variables);
  } catch (error) {
    if (error instanceof GriddError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

test('variables are put in, defaults filled, comments allowed', () => {
  const text = `{ // where
    "webhook": { "url": "\${HOOK}", "authorization": "Bearer \${TOKEN}" },
    "telegram": ${JSON.stringify(TELEGRAM)},
    "alert_command": ["/bin/cat", "-u", "\${TOKEN}"], }`;
  const { config, secrets } = read(text);
  expect(config).toEqual({
    webhook: { url: VARIABLES.HOOK, authorization: `Bearer ${VARIABLES.TOKEN}` },
    telegram: {
      bot_token: VARIABLES.TOKEN,
      chat_id: -1001,
      api_url: 'https://api.telegram.org',
      allow_custom_host: false,
    },
    alert_command: ['/bin/cat', '-u', VARIABLES.TOKEN],
    degraded_after_s: 60,
    quiet_s: 900,
    most_per_hour: 30,
  });
  expect(secrets).toEqual(expect.arrayContaining(Object.values(VARIABLES)));
});

describe('refused is', () => {
  test.each<[string, unknown, string]>([
    ['no object', [], '(file)'],
    ['an unknown key', { webhok: { url: 'http://a' } }, 'webhok'],
    ['no address', { webhook: {} }, 'webhook.url'],
    ['an address of another kind', { webhook: { url: 'ftp://a' } }, 'webhook.url'],
    ['an address that is none', { webhook: { url: 'http://' } }, 'webhook.url'],
    ['a literal token', { telegram: { ...TELEGRAM, bot_token: '1:secret' } }, 'telegram.bot_token'],
    ['a literal header', { webhook: { url: 'http://a', authorization: 'Bearer secret' } }, 'webhook.authorization'],
    ['another host', { telegram: { ...TELEGRAM, api_url: 'https://api.telegram.com' } }, 'telegram.api_url'],
    ['a plain host', { telegram: { ...TELEGRAM, api_url: 'http://api.telegram.org' } }, 'telegram.api_url'],
    ['a command as one text', { alert_command: 'mail me' }, 'alert_command'],
    ['an empty command', { alert_command: [] }, 'alert_command'],
    ['no time', { quiet_s: -1 }, 'quiet_s'],
  ])('%s', (_name, value, path) => {
    const error = refusal(value);
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.problems.map((problem) => problem.path)).toContain(path);
    expect(JSON.stringify(error.toBody())).not.toContain('secret');
  });

  test('a variable that is not set or empty, each by name', () => {
    const error = refusal({ webhook: { url: '${HOOK}' }, telegram: TELEGRAM }, { HOOK: '' });
    expect(error.code).toBe('ENV_MISSING');
    expect(error.message).toContain('${HOOK} is not set (webhook.url), ${TOKEN} is not set');
  });

  test('a variable that holds no address, unseen', () => {
    const error = refusal({ webhook: { url: '${HOOK}' } }, { HOOK: 'secret-path' });
    expect(error.problems[0]).toMatchObject({ path: 'webhook.url' });
    expect(JSON.stringify(error.toBody())).not.toContain('secret-path');
  });
});

test('a receiver on this machine is allowed, any other by name of the wish', () => {
  const at = (api_url: string, more = {}) => read({ telegram: { ...TELEGRAM, api_url, ...more } });
  expect(at('http://127.0.0.1:8081').config.telegram?.api_url).toBe('http://127.0.0.1:8081');
  expect(at('https://tg.example.com', { allow_custom_host: true }).config.telegram).toBeDefined();
});

describe('doctor', () => {
  async function finding(files: Record<string, unknown>) {
    const { out } = await gridd(makeHome(files), ['doctor', '--json']);
    const findings = JSON.parse(out) as { name: string; verdict: string; found: string }[];
    return findings.find(({ name }) => name === 'alerts');
  }

  test('says whether the file can be used; nothing where there is none', async () => {
    expect(await finding({})).toBeUndefined();
    const webhook = { url: 'http://127.0.0.1:1/' };
    expect(await finding({ 'config/alerts.json': { webhook } })).toMatchObject({
      ...{ verdict: 'ok', found: 'go to webhook' },
    });
    expect(await finding({ 'config/alerts.json': {} })).toMatchObject({ verdict: 'warn' });
    const broken = await finding({ 'config/alerts.json': { telegram: TELEGRAM } });
    expect(broken).toMatchObject({ verdict: 'fail' });
    expect(broken?.found).toContain('${TOKEN} is not set');
  });
});

test('what cannot be read is told as any config', () => {
  const home = makeHome();
  expect(() => readAlertConfig(home, {})).toThrow(/There is no config file/);
  writeFileSync(home.alerts, '{');
  expect(dirname(home.alerts)).toBe(`${home.folder}/config`);
  expect(() => readAlertConfig(home, {})).toThrow(/not valid JSON/);
});
