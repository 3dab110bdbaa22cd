/** What the files that this process and its children make may be to others. */

/**
 * Whatever umask we were started with, others may not change what is made. That of a group which
 * shares a home (0002) stays; the processes that we start have the same one.
 */
export function keepOthersFromWriting(): void {
  process.umask(process.umask() | 0o002);
}
