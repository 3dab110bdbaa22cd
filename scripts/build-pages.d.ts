/** Builds both pages into `folder`. */
export function buildPages(folder: string): Promise<void>;
