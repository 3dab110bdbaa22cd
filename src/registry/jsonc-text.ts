/**
 * Config text to value: JSON with comments and trailing commas. A fault is told with line and
 * column, never with the text around it (it may hold a secret). Keys given twice are faults: JSON
 * would keep the last one silently.
 */
import { getNodeValue, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';
import { readFileSync, statSync } from 'node:fs';
import { GriddError } from '../contract/errors.ts';
import type { Problem } from '../contract/errors.ts';
import { isErrno } from '../platform/json-file.ts';

const LARGEST_FILE_BYTES = 1024 * 1024;
const DEEPEST = 32;
const BYTE_ORDER_MARK = '\uFEFF';

/** Whether `value` is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text of a config file; throws CONFIG_NOT_FOUND, or CONFIG_SYNTAX for what is no text file. */
export function readConfigText(file: string): string {
  let bytes: Buffer;
  try {
    const stat = statSync(file);
    if (stat.isDirectory()) throw syntaxError(file, 'it is a folder, not a file');
    if (!stat.isFile()) throw syntaxError(file, 'it is not a regular file');
    if (stat.size > LARGEST_FILE_BYTES) throw syntaxError(file, 'it is larger than 1 MiB');
    bytes = readFileSync(file);
  } catch (error) {
    if (error instanceof GriddError || isPassing(error)) throw error;
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) {
      throw new GriddError('CONFIG_NOT_FOUND', `There is no config file ${file}.`);
    }
    if (isErrno(error, 'EACCES') || isErrno(error, 'EPERM')) {
      const hint = 'Make the file readable for the user that runs gridd.';
      throw new GriddError('CONFIG_NOT_FOUND', `The file ${file} may not be read.`, { hint });
    }
    throw new GriddError('CONFIG_NOT_FOUND', `The file ${file} cannot be read (${String(error)}).`);
  }
  const text = bytes.toString('utf8');
  if (text.includes('\0') || !Buffer.from(text, 'utf8').equals(bytes)) {
    throw syntaxError(file, 'it is not UTF-8 text');
  }
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/** What the machine refuses now and may grant in a moment: no fault of the file. */
export function isPassing(error: unknown): boolean {
  return ['EMFILE', 'ENFILE', 'ENOMEM', 'EIO', 'EAGAIN'].some((code) => isErrno(error, code));
}

/** Value of JSONC text; throws CONFIG_SYNTAX with every fault as "line:column". */
export function parseJsonc(text: string, file: string): unknown {
  if (text.trim() === '') throw syntaxError(file, 'it is empty');
  const errors: ParseError[] = [];
  const root = parse(text, errors, file);
  const faults = errors.map((error) => ({ offset: error.offset, message: sentenceOf(error) }));
  if (root !== undefined) findFaults(root, 0, faults);
  // Each place costs a look at the text before it: thousands of them would take seconds.
  const problems = faults.slice(0, 20).map((fault) => problemAt(text, fault));
  const [first] = problems;
  if (first !== undefined) {
    const more = faults.length > 1 ? ` and ${faults.length - 1} more` : '';
    const message = `${file} is not valid JSON: ${first.path} ${first.message}${more}.`;
    throw new GriddError('CONFIG_SYNTAX', message, { problems });
  }
  if (root === undefined) throw syntaxError(file, 'it holds no value');
  return getNodeValue(root) as unknown;
}

function parse(text: string, errors: ParseError[], file: string): Node | undefined {
  try {
    return parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
  } catch (error) {
    if (error instanceof RangeError) throw syntaxError(file, 'it is nested too deeply');
    throw error;
  }
}

/** Something wrong at an offset of the text. */
interface Fault {
  readonly offset: number;
  readonly message: string;
}

function findFaults(node: Node, depth: number, faults: Fault[]): void {
  if (depth > DEEPEST) {
    faults.push({ offset: node.offset, message: 'values are nested too deeply' });
    return;
  }
  if (node.type === 'object') findDoubleKeys(node, faults);
  for (const child of node.children ?? []) findFaults(child, depth + 1, faults);
}

function findDoubleKeys(node: Node, faults: Fault[]): void {
  const seen = new Set<string>();
  for (const property of node.children ?? []) {
    const key = property.children?.[0];
    const name = String(key?.value);
    if (key === undefined) continue;
    const { offset } = key;
    if (name === '__proto__') faults.push({ offset, message: 'key __proto__ is not allowed' });
    if (seen.has(name)) faults.push({ offset, message: `key "${name}" stands here twice` });
    seen.add(name);
  }
}

function problemAt(text: string, { offset, message }: Fault): Problem {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - before.lastIndexOf('\n');
  return { path: `${line}:${column}`, message };
}

/** "CommaExpected" -> "comma expected". */
function sentenceOf(error: ParseError): string {
  return printParseErrorCode(error.error)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
}

function syntaxError(file: string, what: string): GriddError {
  return new GriddError('CONFIG_SYNTAX', `${file} is no config: ${what}.`);
}
