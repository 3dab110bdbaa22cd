/** Addresses of the config routes. */

/** A config, or what is asked of it, e.g. "versions". */
export function configPath(id: string, more = ''): string {
  const path = `/api/configs/${encodeURIComponent(id)}`;
  return more === '' ? path : `${path}/${more}`;
}

export function versionPath(id: string, version: number): string {
  return configPath(id, `versions/${version}`);
}
