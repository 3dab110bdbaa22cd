/** The source tree as the tidy rules see it: files, their imports, their long functions. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

export const ROOT = resolve(import.meta.dirname, '..');

export interface SourceFile {
  /** Path from the repository, e.g. "src/engine/decide.ts". */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
  readonly functions: readonly { name: string; lines: number }[];
}

/** Every TypeScript file below `folder`. */
export function readTree(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return readTree(path);
    return /\.tsx?$/.test(entry.name) ? [readSource(path)] : [];
  });
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const parsed = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: string[] = [];
  const functions: { name: string; lines: number }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      const from = node.moduleSpecifier;
      if (from !== undefined && ts.isStringLiteral(from)) imports.push(from.text);
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [from] = node.arguments;
      if (from !== undefined && ts.isStringLiteral(from)) imports.push(from.text);
    }
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const first = parsed.getLineAndCharacterOfPosition(node.getStart()).line;
      const last = parsed.getLineAndCharacterOfPosition(node.getEnd()).line;
      const name = node.name === undefined ? `line ${first + 1}` : node.name.getText();
      functions.push({ name, lines: last - first + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return { path, text, imports, functions };
}

/** The file an import names, from the repository; null for a package. */
export function target(file: SourceFile, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null;
  return relative(ROOT, resolve(ROOT, dirname(file.path), specifier));
}

/**
 * The room of a file: "src/engine/decide.ts" -> "engine", "src/exchange/paper/x.ts" ->
 * "exchange". The browser's side of `web` is a room of its own.
 */
export function room(path: string): string {
  if (path.startsWith('src/web/ui/')) return 'ui';
  return path.split('/')[1] ?? '';
}

/** A cycle among the imports of `files`, as paths; null when there is none. */
export function findCycle(files: readonly SourceFile[]): string[] | null {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): string[] | null => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    const file = byPath.get(path);
    if (file === undefined || done.has(path)) return null;
    for (const specifier of file.imports) {
      const next = target(file, specifier);
      const cycle = next === null ? null : walk(next, [...trail, path]);
      if (cycle !== null) return cycle;
    }
    done.add(path);
    return null;
  };
  for (const { path } of files) {
    const cycle = walk(path, []);
    if (cycle !== null) return cycle;
  }
  return null;
}
