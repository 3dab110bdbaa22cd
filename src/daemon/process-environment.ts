/**
 * The whole environment of a process we start: a short list of general variables, what its own
 * config names, its `environment`, and the mark. Nothing else of the supervisor's reaches it, so
 * no bot sees another one's keys, and WEB_PORT and the like of a shell move nothing. PURE.
 */

type Variables = Readonly<Record<string, string | undefined>>;

const GENERAL = ['PATH', 'HOME', 'USER', 'LANG', 'TZ', 'TMPDIR'];
const NETWORK = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
];

/** What an environment is made of, weakest first where names collide. */
export interface EnvironmentParts {
  /** The supervisor's own. */
  readonly own: Variables;
  /** .env of the home, read anew. */
  readonly file: Variables;
  /** Names the config refers to. */
  readonly named: readonly string[];
  /** daemon_config.environment, expanded. */
  readonly configured: Variables;
  /** What the supervisor says: GRIDD_HOME, GRIDD_MARK, and for programs WEB_PORT and so on. */
  readonly given: Variables;
}

/** The environment of a process. */
export function processEnvironment(parts: EnvironmentParts): Record<string, string> {
  const environment: Record<string, string> = {};
  const put = (name: string, value: string | undefined) => {
    if (value !== undefined) environment[name] = value;
  };
  for (const name of [...GENERAL, ...NETWORK]) put(name, parts.own[name]);
  for (const name of parts.named) put(name, parts.file[name] ?? parts.own[name]);
  for (const [name, value] of Object.entries(parts.configured)) put(name, value);
  for (const [name, value] of Object.entries(parts.given)) put(name, value);
  return environment;
}

/** `text` with every value of the named variables (6 characters and more) blotted out. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length >= 6) clean = clean.replaceAll(secret, '[secret]');
  }
  return clean;
}
