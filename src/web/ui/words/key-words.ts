/** What one language says about the keys of a config. */

/** By path; `options` by "path=value", or by value where it means the same everywhere. */
export interface KeyWords {
  readonly names: Readonly<Record<string, string>>;
  readonly help: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
}
