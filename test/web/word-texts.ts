/** The texts of a language file, for comparing one with another. */

/** Every text by its key, "adjust.confirm". */
export function textsOf(words: object): [string, string][] {
  return Object.entries(words).flatMap(([key, value]: [string, string | object]) =>
    typeof value === 'string'
      ? [[key, value] as [string, string]]
      : textsOf(value).map(([name, text]): [string, string] => [`${key}.${name}`, text]),
  );
}

/** The places for values in a text, sorted: "{{price}}". */
export function placesOf(text: string): string[] {
  return [...text.matchAll(/{{\w+}}/g)].map(String).sort();
}
