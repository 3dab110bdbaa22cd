/**
 * The API document as a page to read: plain markup without a script, so that it works under the
 * policy of every page. All text is escaped, whatever it says.
 */
import type { ApiDocument, JsonSchema, Operation, Parameter } from './api-document.ts';

const STYLE = `
:root { color-scheme: light dark; --quiet: #5b6570; --line: #d4dae0; --word: #0b6f54; }
@media (prefers-color-scheme: dark) {
  :root { --quiet: #9aa5b1; --line: #313841; --word: #6cc4a9; }
}
body { font: 15px/1.45 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
details { border-top: 1px solid var(--line); padding: 0.4rem 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.9em; }
pre { overflow-x: auto; margin: 0.3rem 0 0.6rem; }
b { color: var(--word); display: inline-block; min-width: 4.2rem; }
.quiet { color: var(--quiet); }
h2 { margin-top: 2rem; }
h3 { font-size: 0.9rem; margin: 0.6rem 0 0; }
`;
/** Deeper than any schema of ours: what is nested further is named only. */
const MOST_LEVELS = 6;

/** The page; `nonce` stands for its style. */
export function docsPage(document: ApiDocument, nonce: string): string {
  const { title, description } = document.info;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationHtml(method, path, operation)),
  );
  const types = Object.entries(document.components['schemas'] ?? {}).map(([name, schema]) =>
    typeHtml(name, schema as JsonSchema),
  );
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">' +
    '<meta name="viewport" content="width=device-width, initial-scale=1">' +
    `<title>${escape(title)}</title><link rel="icon" href="/gridd.svg">` +
    `<style nonce="${nonce}">${STYLE}</style></head><body><main><h1>${escape(title)}</h1>` +
    `<p>${escape(description)}</p>` +
    '<p>For programs: <a href="/api/docs/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>' +
    `<h2>Routes</h2>${operations.join('')}<h2>Types</h2>${types.join('')}</main></body></html>`
  );
}

function operationHtml(method: string, path: string, operation: Operation): string {
  const { summary, parameters = [], requestBody, responses } = operation;
  const body = requestBody?.content['application/json']?.schema;
  const ok = responses['200'];
  const [media = '', answer] =
    ok !== undefined && 'content' in ok ? (Object.entries(ok.content)[0] ?? []) : [];
  return (
    `<details><summary><b>${escape(method.toUpperCase())}</b> <code>${escape(path)}</code> ` +
    `${quiet(summary)}</summary>` +
    (parameters.length === 0 ? '' : `<h3>Parameters</h3><pre>${parametersText(parameters)}</pre>`) +
    (body === undefined ? '' : `<h3>Body</h3><pre>${shape(body, 0)}</pre>`) +
    `<h3>Answer</h3><pre>${answerText(media, answer?.schema)}</pre></details>`
  );
}

function answerText(media: string, schema: JsonSchema | undefined): string {
  return schema === undefined ? escape(media) : shape(schema, 0);
}

function parametersText(parameters: readonly Parameter[]): string {
  return parameters
    .map(({ name, in: where, required, description = '', schema }) => {
      const note = [where, required ? 'required' : '', description].join(' ').trim();
      return `${escape(name)}: ${shape(schema, 0)}  ${quiet(note)}`;
    })
    .join('\n');
}

function typeHtml(name: string, schema: JsonSchema): string {
  return (
    `<details id="${escape(name)}"><summary><code>${escape(name)}</code> ` +
    `${quiet(schema.description ?? '')}</summary>` +
    `<pre>${shape(schema, 0)}</pre></details>`
  );
}

/** A schema as its type would be written, as markup. */
function shape(schema: JsonSchema, level: number): string {
  const name = schema.$ref?.split('/').at(-1);
  if (name !== undefined) return `<a href="#${escape(name)}">${escape(name)}</a>`;
  if ('const' in schema) return escape(JSON.stringify(schema['const']));
  if (Array.isArray(schema['enum'])) {
    return schema['enum'].map((value) => escape(JSON.stringify(value))).join(' | ');
  }
  if (Array.isArray(schema['anyOf'])) {
    return (schema['anyOf'] as JsonSchema[]).map((one) => shape(one, level)).join(' | ');
  }
  if (schema['type'] === 'array') return `${shape(schema['items'] as JsonSchema, level)}[]`;
  if (schema['type'] !== 'object') return escape(String(schema['type'] ?? 'anything'));
  const { properties = {}, required = [] } = schema;
  const names = Object.entries(properties);
  if (names.length === 0 || level >= MOST_LEVELS) return 'object';
  const indent = '  '.repeat(level + 1);
  const lines = names.map(([key, value]) => {
    const optional = required.includes(key) ? '' : '?';
    const note = value.description === undefined ? '' : `  ${quiet(value.description)}`;
    return `${indent}${escape(key)}${optional}: ${shape(value, level + 1)}${note}`;
  });
  return `{\n${lines.join('\n')}\n${'  '.repeat(level)}}`;
}

function quiet(text: string): string {
  return `<span class="quiet">${escape(text)}</span>`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
