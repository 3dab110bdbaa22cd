/**
 * Whether a view could not even be loaded, by what Chromium, Firefox, Safari and Vite say then: the
 * server of the page is away, or another version of it. Pure.
 */
export function isUnloaded(message: string): boolean {
  return /dynamically imported module|module script|preload CSS/i.test(message);
}
