/**
 * A bot has loaded all its code once it is ready: nothing in its bundle asks for a file later, but
 * the venue that a live bot trades on, which is opened before anything else.
 */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { LIVE_VENUES } from '../../src/contract/venues.ts';
import { ROOT } from '../source-tree.ts';

/** Opened with the first lock, before anything else of a bot runs. */
const NATIVE = 'better-sqlite3';

/** Parts that packages try to load and do without: none of them is installed with gridd. */
const OPTIONAL = /"(bufferutil|utf-8-validate|supports-color|kerberos)"/;
/** One class of ccxt, before anything else is done with it. */
const CCXT_CLASS = /^import\(pathToFileURL\d*\(file\)\.href\)$/;

interface Bundle {
  /** Files that are loaded before the first line runs. */
  readonly files: Set<string>;
  /** Whatever asks for code while it runs. */
  readonly late: string[];
  /** Files of the bundle itself that are asked for while it runs. */
  readonly asked: string[];
}

function visitFile(file: string, bundle: Bundle): void {
  if (bundle.files.has(file)) return;
  bundle.files.add(file);
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const take = (specifier: string) => {
    if (specifier.startsWith('.')) visitFile(join(dirname(file), specifier), bundle);
    else if (!isBuiltin(specifier) && specifier !== NATIVE) bundle.late.push(specifier);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      if (node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier)) {
        take(node.moduleSpecifier.text);
      }
    }
    if (ts.isCallExpression(node)) {
      const { expression } = node;
      const [from] = node.arguments;
      const dynamic = expression.kind === ts.SyntaxKind.ImportKeyword;
      const required =
        ts.isIdentifier(expression) && ['require', '__require'].includes(expression.text);
      const named = from !== undefined && ts.isStringLiteral(from) ? from.text : '';
      const builtin = isBuiltin(named);
      if (dynamic && named.startsWith('.')) bundle.asked.push(join(dirname(file), named));
      else if (dynamic || (required && !builtin)) bundle.late.push(node.getText(source));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

function bundleOf(program: string): Bundle {
  return bundleAt(join(ROOT, 'dist', program, 'main.js'));
}

function bundleAt(file: string): Bundle {
  const bundle: Bundle = { files: new Set(), late: [], asked: [] };
  visitFile(file, bundle);
  return bundle;
}

function textOf({ files }: Bundle): string {
  return [...files].map((file) => readFileSync(file, 'utf8')).join('\n');
}

test('no import and no require of the bundle is left for later', () => {
  const bot = bundleOf('bot');
  expect(bot.files.size).toBeGreaterThan(3);
  expect(bot.late).toEqual([]);
  // The CLI loads each verb when it is asked for: this look would see such a thing.
  expect(bundleOf('cli').asked.length).toBeGreaterThan(20);
});

test('the venues are loaded one by one, and a paper bot holds none of their code', () => {
  const bot = bundleOf('bot');
  // And ccxt, whose own code is no part of the bundle.
  const asked = [...new Set(bot.asked)];
  expect(asked).toHaveLength(LIVE_VENUES.length + 1);
  const venues = asked.map(bundleAt);
  const late = venues.flatMap((venue) => venue.late).filter((text) => !OPTIONAL.test(text) && !CCXT_CLASS.test(text));
  expect({ late, asked: venues.flatMap(({ asked }) => asked) }).toEqual({ late: [], asked: [] });
  for (const word of ['instruction=', 'AsterSignTransaction']) {
    expect(textOf(bot)).not.toContain(word);
    expect(venues.filter((venue) => textOf(venue).includes(word))).toHaveLength(1);
  }
});
