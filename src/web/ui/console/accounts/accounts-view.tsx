/** To be written. */
export default function AccountsView() {
  return null;
}
