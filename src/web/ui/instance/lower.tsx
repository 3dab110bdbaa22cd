/** The lower half of the page: tables, actions and the log. */
export function Lower() {
  return null;
}
