/** A bot has loaded all its code once it is ready: nothing in its bundle asks for a file later. */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { ROOT } from '../source-tree.ts';

/** Opened with the first lock, before anything else of a bot runs. */
const NATIVE = 'better-sqlite3';

interface Bundle {
  /** Files that are loaded before the first line runs. */
  readonly files: Set<string>;
  /** Whatever asks for code while it runs. */
  readonly late: string[];
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
      const builtin = from !== undefined && ts.isStringLiteral(from) && isBuiltin(from.text);
      if (dynamic || (required && !builtin)) bundle.late.push(node.getText(source));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

function bundleOf(program: string): Bundle {
  const bundle: Bundle = { files: new Set(), late: [] };
  visitFile(join(ROOT, 'dist', program, 'main.js'), bundle);
  return bundle;
}

test('no import and no require of the bundle is left for later', () => {
  const bot = bundleOf('bot');
  expect(bot.files.size).toBeGreaterThan(3);
  expect(bot.late).toEqual([]);
  // The CLI loads each verb when it is asked for: this look would see such a thing.
  expect(bundleOf('cli').late).not.toEqual([]);
});
