/** Whether the server of a page answers, where a file of the page could not be loaded. */

const PATIENCE_MS = 5000;

/** Whether anything answers at `address`: then it is the file that is missing, not the server. */
export async function isServed(address: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const { status } = await fetch(address, { method: 'HEAD', cache: 'no-store', signal });
    // A proxy answers for a server that is away.
    return status < 500;
  } catch {
    return false;
  }
}
