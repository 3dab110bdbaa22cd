/**
 * Makes JSON Schemas of what the HTTP APIs answer from the types of src/contract, with the words that
 * stand there, so that what the API document says of an answer is what its type says.
 */
import { join, sep } from 'node:path';
import ts from 'typescript';
import { ROOT } from './ensure.js';

/** Types that routes answer with, by the file that declares them; what they hold comes along. */
const ANSWERS = {
  'access.ts': ['SessionView'],
  'console-api.ts': [
    ...['AccountView', 'AuditView', 'ConfigCheck', 'ConfigSaved', 'ConfigSummary', 'ConfigVersion'],
    ...['ConfigVersionText', 'ConfigView', 'FindingView', 'FleetExit', 'FleetTopics'],
  ],
  'errors.ts': ['ErrorBody'],
  'fleet-api.ts': ['CleanupAction', 'InstanceStatus', 'ListRow', 'SupervisorInfo', 'VerbResult'],
  'alerts.ts': ['AlertTestResult'],
  'history-api.ts': ['UsageHistory', 'ExitEntry'],
  'instance-api.ts': [
    ...['AcceptPositionAnswer', 'AdjustAnswer', 'CloseCarryAnswer', 'HealthView', 'StopReceipt'],
  ],
  'instance-views.ts': ['FillView', 'LevelView', 'OrderView', 'StatusView'],
  'page-api.ts': [
    ...['CandleView', 'EngineView', 'EquityView', 'FillPage', 'Happening', 'InstanceTopics'],
    ...['LineHeat', 'LogPage', 'OrderPage'],
  ],
  'receipt-api.ts': ['ReceiptView'],
};

/** The text of src/contract/answers.json: schemas by the names of their types. */
export function answerSchemas() {
  const folder = join(ROOT, 'src', 'contract');
  const options = { strict: true, noEmit: true, target: ts.ScriptTarget.ES2023, types: [] };
  const program = ts.createProgram(
    Object.keys(ANSWERS).map((file) => join(folder, file)),
    { ...options, lib: ['lib.es2023.d.ts'], allowImportingTsExtensions: true },
  );
  const schemas = new Schemas(program.getTypeChecker(), folder);
  for (const [file, names] of Object.entries(ANSWERS)) {
    const source = program.getSourceFile(join(folder, file));
    for (const name of names) if (source !== undefined) schemas.addExport(source, name);
  }
  return `${JSON.stringify(schemas.sorted(), null, 1)}\n`;
}

class Schemas {
  #checker;
  #folder;
  #made = new Map();

  constructor(checker, folder) {
    this.#checker = checker;
    this.#folder = folder;
  }

  addExport(source, name) {
    const module = this.#checker.getSymbolAtLocation(source);
    const symbol = this.#checker.getExportsOfModule(module).find((one) => one.name === name);
    // A type that another build does not have yet is left out.
    if (symbol !== undefined) this.#named(this.#checker.getDeclaredTypeOfSymbol(symbol), name);
  }

  sorted() {
    return Object.fromEntries([...this.#made].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #named(type, name) {
    if (!this.#made.has(name)) {
      this.#made.set(name, {});
      const words = type.symbol?.getDocumentationComment(this.#checker) ?? [];
      this.#made.set(name, { ...describe(words), ...this.#object(type) });
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  #schema(type) {
    if (type.flags & ts.TypeFlags.String) return { type: 'string' };
    if (type.flags & ts.TypeFlags.Number) return { type: 'number' };
    if (type.flags & ts.TypeFlags.Boolean) return { type: 'boolean' };
    if (type.flags & ts.TypeFlags.Null) return { type: 'null' };
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (type.flags & ts.TypeFlags.BooleanLiteral) {
      return { const: this.#checker.typeToString(type) === 'true' };
    }
    if (type.isUnion()) return this.#union(type.types);
    const [element] = this.#checker.isArrayType(type) ? this.#checker.getTypeArguments(type) : [];
    if (element !== undefined) return { type: 'array', items: this.#schema(element) };
    if (type.flags & ts.TypeFlags.Object || type.isIntersection()) {
      return this.#isOurs(type) ? this.#named(type, type.symbol.name) : this.#object(type);
    }
    return {};
  }

  /** Of literals an enumeration, else alternatives; "undefined" only says that it may be absent. */
  #union(all) {
    const types = all.filter(({ flags }) => !(flags & ts.TypeFlags.Undefined));
    const literals = types.filter((type) => type.isStringLiteral());
    const isBoolean = ({ flags }) => flags & ts.TypeFlags.BooleanLiteral;
    const booleans = types.filter(isBoolean);
    const rest = types.filter((type) => !type.isStringLiteral() && !isBoolean(type));
    const parts = rest.map((type) => this.#schema(type));
    if (booleans.length === 2) parts.unshift({ type: 'boolean' });
    else parts.unshift(...booleans.map((type) => this.#schema(type)));
    if (literals.length > 0) {
      parts.unshift({ type: 'string', enum: literals.map(({ value }) => value) });
    }
    return parts.length === 1 ? parts[0] : { anyOf: parts };
  }

  #object(type) {
    if (type.isUnion()) return this.#union(type.types);
    const index = this.#checker.getIndexTypeOfType(type, ts.IndexKind.String);
    if (index !== undefined) {
      return { type: 'object', additionalProperties: this.#schema(index) };
    }
    const properties = {};
    const required = [];
    for (const property of this.#checker.getPropertiesOfType(type)) {
      const words = describe(property.getDocumentationComment(this.#checker));
      properties[property.name] = {
        ...this.#schema(this.#checker.getTypeOfSymbol(property)),
        ...words,
      };
      if (!(property.flags & ts.SymbolFlags.Optional)) required.push(property.name);
    }
    return { type: 'object', properties, ...(required.length > 0 ? { required } : {}) };
  }

  /** Whether it is an interface of src/contract, which gets a schema of its own. */
  #isOurs({ symbol }) {
    const [declaration] = symbol?.declarations ?? [];
    if (declaration === undefined || !ts.isInterfaceDeclaration(declaration)) return false;
    return declaration.getSourceFile().fileName.startsWith(this.#folder.split(sep).join('/'));
  }
}

function describe(words) {
  const description = ts.displayPartsToString(words).replaceAll(/\s+/g, ' ').trim();
  return description === '' ? {} : { description };
}
