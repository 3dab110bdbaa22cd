/**
 * docs/config.md, written from the config schema: every key with its default and what it allows,
 * and the rules around the file. `npm run docs` writes it; a test compares it.
 */
import { knownFlags } from './bot-args.ts';
import { CONFIG_SCHEMA, PARTS, allowedText } from './schema-words.ts';
import type { SchemaNode } from './schema-words.ts';
import { EXPANDED_FIELDS } from './variable-text.ts';

/** The whole text of docs/config.md. */
export function configDocs(): string {
  const parts = PARTS.map((part) => partText(part));
  return `${[INTRODUCTION, ...parts, flagsText(), VARIABLES, PROGRAMS, MACHINE].join('\n\n')}\n`;
}

const INTRODUCTION = `# Instance config

<!-- Written by \`npm run docs\` from src/contract/instance-config.ts; edit there. -->

One JSON file per instance in \`config/active/\`, in four parts: \`metadata\`, \`daemon_config\`,
\`exchange_config\` and \`strategy_config\`. \`//\` and \`/* */\` comments and trailing commas are
allowed. \`gridd new TEMPLATE --id ID\` makes one from \`config/templates/\`, \`gridd validate
FILE\` tells every problem of one at once: JSON path, what was found, what is allowed.

- Unknown keys, keys given twice and values of the wrong kind are refused, never ignored.
- Prices and sizes are numbers or decimal text (\`"0.00000001"\`); text keeps every digit.
- A size is needed: \`order_quantity\` per grid, or \`investment\` (x \`leverage\`), or
  \`max_position\`, which is then spread over the grids.
- \`mode: "live"\` trades with real money: the first start of an instance shows what it would
  hold and asks ([venues.md](venues.md)).
- The older flat format (the same keys without the four parts) is still read;
  \`gridd validate --convert FILE\` prints it in four parts.

## Naming and ids

Recommended: \`<exchange>_<symbol>_<number>\`, such as \`bp_sol_01\` or \`aster_btc_01\`, with the
file named after it. The id of an instance is, in this order: \`--instance-id\`,
\`metadata.instance_id\`, the file name without \`.json\`. Allowed: \`a-z\`, \`0-9\`, \`_\` and
\`-\`, at most 64 characters, the first a letter or a digit. \`gridd\` and \`supervisor\` are
reserved.

Two configs never share an id, \`log_dir\`, \`db_path\` or \`web_port\`: \`config/active\` is
checked as a whole and both files are named. \`log_dir\` and \`db_path\` lie inside the home
folder (links resolved) and outside the folders and files of gridd itself.

## One key per instance

In production give every instance a subaccount, or at least an API key, of its own: two grids on
one account see each other's orders and position, share one rate limit, and a key that must be
revoked stops both. Name the variables after the instance (\`BACKPACK_KEY_SOL_01\`). Paper trading
needs no key.`;

const VARIABLES = `## Variables

\`\${NAME}\` and \`\${NAME:-default}\` (taken when NAME is not set or empty) are put in by the bot
at its start, from \`.env\` in the home folder, read anew each time, and then from the
environment; \`.env\` wins. \`$\${\` stands for a plain \`\${\`. A variable without value or
default is refused with its name and JSON path; in paper mode a missing credential is only a
warning.

Variables are put into these fields and refused in every other:

${EXPANDED_FIELDS.map((field) => `- \`${field}\``).join('\n')}

Secrets go only into the credentials of \`exchange_config\` and \`environment\`: a variable that
one of these uses, or whose name speaks of a key, secret, token or password, is refused in the
fields that pages and logs show. In live mode a secret is a variable and nothing else, without a
default, and \`.env\` must be readable by you alone (\`chmod 600 .env\`); keep it out of git.
\`.env.example\` names what the shipped configs use.`;

const PROGRAMS = `## External programs

Where \`script_path\` (relative to \`working_dir\`, which is relative to the home) exists, that
program is run instead of the built-in bot: by \`python_path\` (a path relative to
\`working_dir\`, or a bare name looked up on PATH; without it the script itself is run), with
\`bot_args\` as its arguments as they stand. Its environment holds INSTANCE_ID, LOG_DIR, DB_PATH,
WEB_PORT, WEB_HOST, CONFIG_FILE, the values of \`environment\` and the variables that the config
names. It is healthy when its port answers \`GET /health\`.

Where the file does not exist the built-in bot runs the grid of \`strategy_config\`, in paper mode
only, and says so; that is why the grid values are asked for in every config.`;

const MACHINE = `## How many instances fit a machine

Count about 60 MiB of memory for each built-in bot, and about 80 MiB for the supervisor; a machine
with 2 GiB free carries about 30. A paper bot at real speed needs little CPU; a replay at speed 0
takes one core until it is finished. Each bot needs a port, a database of a few MiB that grows
with its fills, and logs up to \`log_max_mb\`. \`npm run bench\` measures your machine; \`gridd
list --wide\` shows what each bot uses.`;

const PART_NOTES: Readonly<Record<string, string>> = {
  metadata: 'What the instance is.',
  daemon_config: 'How its process is run and watched. All keys have defaults.',
  exchange_config: 'Where it trades. All keys have defaults; the default is paper trading.',
  strategy_config:
    'The grid. `grid_lower_price`, `grid_upper_price` and `grid_num` are needed, but for an ' +
    'external program, which has its own arguments.',
};

function partText(part: string): string {
  const node = CONFIG_SCHEMA.properties?.[part] ?? {};
  return [`## ${part}`, PART_NOTES[part] ?? '', ...tables(node, part)].join('\n\n');
}

/** A table of the plain keys, then one for each object inside. */
function tables(node: SchemaNode, path: string): string[] {
  const required = new Set(node.required ?? []);
  const rows: string[] = [];
  const inner: string[] = [];
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    if (child.properties !== undefined) {
      inner.push(`### ${path}.${key}`, ...tables(child, `${path}.${key}`));
      continue;
    }
    rows.push(`| \`${key}\` | ${defaultText(child, required.has(key))} | ${cell(child)} |`);
  }
  const head = '| key | default | what it is, and what is allowed |\n| --- | --- | --- |';
  return [`${head}\n${rows.join('\n')}`, ...inner];
}

function defaultText(node: SchemaNode, required: boolean): string {
  if (node.default !== undefined) return `\`${JSON.stringify(node.default)}\``;
  return required ? '**needed**' : '';
}

function cell(node: SchemaNode): string {
  const text = `${node.description ?? ''} *${allowedText(node)}*`;
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').trim();
}

function flagsText(): string {
  const rows = [...knownFlags()].map(([flag, path]) => `| \`${flag}\` | \`${path.join('.')}\` |`);
  return `## bot_args

For the built-in bot: \`--flag value\` or \`--flag=value\`. They win over the keys they stand for;
where the two differ a warning names both. A flag that is not listed is refused.

| flag | key |
| --- | --- |
${rows.join('\n')}`;
}
