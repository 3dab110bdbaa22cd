/** Builds both pages into `folder`. */
export function buildPages(folder: string): Promise<void>;

/** Writes which files a page may load, for `loadAssets`. */
export function writeFileList(folder: string, page: 'instance' | 'console'): void;
